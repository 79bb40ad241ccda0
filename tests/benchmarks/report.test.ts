import { describe, expect, it } from 'vitest';
import { comparisons, jsonReport, type Measured, tableReport } from './report.ts';

function times(...elapsed: number[]): { elapsed: number; computing: number }[] {
  return elapsed.map((one) => ({ elapsed: one, computing: one / 2 }));
}

const measured: Measured = {
  scenario: {
    id: 'sqlite.pointRead',
    title: 'one row',
    targets: { bare: 1.5, kysely: 1, 'no-such-one': 1 },
    rounds: 3,
  },
  times: new Map([
    ['keelson', times(10, 20, 30)],
    ['bare', times(5, 10, 15)],
    ['kysely', times(20, 20, 60)],
    ['drizzle-prepared', times(10, 10, 10)],
  ]),
};

describe('comparisons', () => {
  it('judge our time as a multiple of the others, where there is a target', () => {
    const seen = comparisons(measured).map(({ key, ratio, target, met }) => [key, ratio.median, target, met]);
    expect(seen).toEqual([
      ['sqlite.pointRead.vsBare', 2, 1.5, false],
      ['sqlite.pointRead.vsKysely', 0.5, 1, true],
      ['sqlite.pointRead.vsDrizzlePrepared', 2, undefined, undefined],
    ]);
  });

  it('call as long as a peer not ahead of it', () => {
    const even = new Map([
      ['keelson', times(10)],
      ['kysely', times(10)],
    ]);
    expect(comparisons({ ...measured, times: even })[0]?.met).toBe(false);
  });
});

describe('the JSON report', () => {
  it('has the ratios under their keys, and says what was missed and what was not measured', () => {
    expect(jsonReport({ measured: [measured], mechanisms: [], failures: { postgres: 'no server' } })).toMatchObject({
      'sqlite.pointRead.vsBare': 2,
      'sqlite.pointRead.vsKysely': 0.5,
      targets: {
        'sqlite.pointRead.vsBare': { atMost: 1.5, met: false },
        'sqlite.pointRead.vsKysely': { below: 1, met: true },
      },
      microseconds: { 'sqlite.pointRead': { keelson: 20, bare: 10 } },
      missed: ['sqlite.pointRead.vsBare'],
      notMeasured: { postgres: 'no server' },
    });
  });
});

describe('the table', () => {
  it('says plainly what was missed', () => {
    const table = tableReport({ measured: [measured], mechanisms: [], failures: {} });
    expect(table).toMatch(/bare .* ≤ 1\.50 MISSED/);
    expect(table).toMatch(/kysely .* < 1 +met/);
    expect(table).toContain('MISSED: sqlite.pointRead.vsBare');
  });
});
