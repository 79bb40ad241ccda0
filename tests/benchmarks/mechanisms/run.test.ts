import { describe, expect, it } from 'vitest';
import { jsonReport, tableReport } from '../report.ts';
import type { Figures, Mechanism, MechanismStage } from './contract.ts';
import { measureMechanism } from './run.ts';

const stage: MechanismStage = {
  engine: 'sqlite',
  open: () => Promise.reject(new Error('Nothing is opened here.')),
  url: () => Promise.reject(new Error('Nothing is opened here.')),
  log: () => undefined,
  scale: 1,
};

function mechanism(figures: Figures): Mechanism {
  return {
    name: 'wheel',
    title: 'how it turns',
    engines: ['sqlite', 'postgres'],
    targets: {
      'sqlite.wheel.p95Ms': { atMost: 10 },
      'sqlite.wheel.perSecond': { atLeast: 100 },
      'sqlite.wheel.ratio': { below: 1 },
      'postgres.wheel.p95Ms': { atMost: 10 },
    },
    figures: async () => figures,
  };
}

const turning = mechanism({
  'sqlite.wheel.p95Ms': 10,
  'sqlite.wheel.perSecond': 99.5,
  'sqlite.wheel.ratio': 1,
  'sqlite.wheel.rows': 12_345,
});

describe("a mechanism's figures", () => {
  it('are judged where there is a target', async () => {
    const { figures } = await measureMechanism(turning, stage);
    expect(figures.map(({ met }) => met)).toEqual([true, false, false, undefined]);
  });

  it('must have been measured where there is a target, and be called by the mechanism', async () => {
    await expect(measureMechanism(mechanism({}), stage)).rejects.toThrow('sqlite.wheel.p95Ms');
    await expect(measureMechanism(mechanism({ 'sqlite.other.rows': 1 }), stage)).rejects.toThrow('sqlite.other.rows');
  });

  it('stand in both reports', async () => {
    const report = { measured: [], mechanisms: [await measureMechanism(turning, stage)], failures: {} };
    expect(jsonReport(report)).toMatchObject({
      'sqlite.wheel.p95Ms': 10,
      targets: { 'sqlite.wheel.p95Ms': { atMost: 10, met: true } },
      missed: ['sqlite.wheel.perSecond', 'sqlite.wheel.ratio'],
    });
    const table = tableReport(report);
    expect(table).toMatch(/p95Ms +10 +≤ 10 +met/);
    expect(table).toMatch(/perSecond +99\.5 +≥ 100 +MISSED/);
    expect(table).toMatch(/rows +12,345$/m);
    expect(table).toContain('1 of 3 targets met.');
  });
});
