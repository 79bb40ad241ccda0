import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, keelson, succeed } from './support/keelson.ts';

describeEngines('keelson readiness', (context) => {
  it('shows the four figures, their thresholds and that there is too little data for a trend', async () => {
    const url = await context.url();
    const { figures, reached } = await document<{ figures: unknown[]; reached: string[] }>(['readiness'], { url });
    expect(reached).toEqual([]);
    expect(figures).toMatchObject([
      { name: 'size', unit: 'bytes', threshold: 50_000_000, isReached: false, trend: null },
      { name: 'activeUsers', threshold: 50 },
      { name: 'lockFailures', threshold: 10, value: context.engine === 'sqlite' ? 0 : null },
      { name: 'writes', threshold: 10, value: 0 },
    ]);
    const { stdout } = await succeed(['readiness'], { url });
    expect(stdout).toMatch(/^size .*too little data$/m);
    expect(stdout).toMatch(context.engine === 'sqlite' ? /^SQLite is enough\.$/m : /^It is on PostgreSQL already\.$/m);
  });
});

describeEngine('sqlite', 'keelson readiness', (context) => {
  it('ends with 5 when a threshold is reached', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('CREATE TABLE filler (content blob)');
    await raw.query('INSERT INTO filler VALUES (zeroblob(51000000))');
    await raw.close();
    const { code, stdout } = await keelson(['readiness'], { url });
    expect(code).toBe(5);
    expect(stdout).toContain('It is time for PostgreSQL: 1 threshold reached.');
  });
});
