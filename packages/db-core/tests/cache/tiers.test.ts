import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LocalTiers } from '../../src/cache/tiers.ts';

const KIB = 1024;
const text = (name: string): string => `${name} ${'text of some length '.repeat(50)}`;

function filled(hotBytes: number, warmBytes: number, count: number): LocalTiers {
  const tiers = new LocalTiers({ hotBytes, warmBytes });
  for (let index = 0; index < count; index += 1)
    tiers.set(`key ${index}`, text(String(index)), { dependencies: [`row ${index}`, 'all'], mayBeStale: false });
  return tiers;
}

describe('the tiers in memory', () => {
  it('push what was not used for longest into the warm one, and bring it back', () => {
    const tiers = filled(64 * KIB, 64 * KIB, 60);
    expect(tiers.figures.entries.warm).toBeGreaterThan(0);
    expect(tiers.get('key 59')).toMatchObject({ tier: 'hot', value: text('59') });
    expect(tiers.get('key 0')).toMatchObject({ tier: 'warm', value: text('0') });
    expect(tiers.get('key 0')).toMatchObject({ tier: 'hot', value: text('0') });
    expect(tiers.evictions).toBe(0);
  });

  it('stay below what they may take', () => {
    const tiers = filled(64 * KIB, 64 * KIB, 2000);
    const { bytes, entries } = tiers.figures;
    expect(bytes.hot).toBeLessThanOrEqual(64 * KIB);
    expect(bytes.warm).toBeLessThanOrEqual(64 * KIB);
    expect(tiers.evictions).toBeGreaterThan(2000 - entries.hot - entries.warm - 1);
  });

  it("don't let one large answer drive out the others", () => {
    const tiers = filled(64 * KIB, 0, 10);
    tiers.set('large', 'x'.repeat(20 * KIB), { dependencies: ['row'], mayBeStale: false });
    expect(tiers.get('large')).toBeUndefined();
    expect(tiers.tooLarge).toBe(1);
    expect(tiers.figures.entries.hot).toBe(10);
    tiers.set('key 1', 'x'.repeat(2 * KIB * KIB), { dependencies: ['row 1'], mayBeStale: false });
    expect(tiers.get('key 1')).toBeUndefined();
  });

  it('drop what depends on a row or on all of them, wherever it is', () => {
    const tiers = filled(64 * KIB, 64 * KIB, 60);
    for (const key of ['0', '59']) {
      tiers.invalidate(`row ${key}`, { isGone: false });
      expect(tiers.get(`key ${key}`)).toBeUndefined();
    }
    expect(tiers.invalidations).toBe(2);
    tiers.invalidate('all', { isGone: false });
    expect(tiers.figures.entries).toEqual({ hot: 0, warm: 0 });
    expect(tiers.figures.bytes).toEqual({ hot: 0, warm: 0 });
  });

  it('mark what may be given in an emergency, and drop it when its row is gone', () => {
    const tiers = new LocalTiers({ hotBytes: 64 * KIB, warmBytes: 0 });
    tiers.set('key', 'value', { dependencies: ['row'], mayBeStale: true });
    tiers.invalidate('row', { isGone: false });
    expect(tiers.get('key')).toMatchObject({ value: 'value', staleSince: expect.any(Number) });
    tiers.set('key', 'new', { dependencies: ['row'], mayBeStale: true });
    expect(tiers.get('key')).toMatchObject({ value: 'new', staleSince: undefined });
    tiers.invalidate('row', { isGone: true });
    expect(tiers.get('key')).toBeUndefined();
  });

  it('give after any sequence of writes and changes what a map without bounds would give, or nothing', () => {
    const key = fc.integer({ min: 0, max: 30 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key, size: fc.integer({ min: 0, max: 9000 }) }),
      fc.record({ kind: fc.constant('get' as const), key }),
      fc.record({ kind: fc.constant('change' as const), key }),
      fc.record({ kind: fc.constant('changeAll' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const tiers = new LocalTiers({ hotBytes: 64 * KIB, warmBytes: 64 * KIB });
        const model = new Map<number, string>();
        for (const [index, one] of steps.entries()) {
          if (one.kind === 'set') {
            const value = `${index} `.repeat(one.size);
            tiers.set(String(one.key), value, { dependencies: [`row ${one.key}`, 'all'], mayBeStale: false });
            model.set(one.key, value);
          } else if (one.kind === 'get') {
            const found = tiers.get(String(one.key));
            if (found !== undefined) expect(found.value).toBe(model.get(one.key));
          } else if (one.kind === 'change') {
            tiers.invalidate(`row ${one.key}`, { isGone: true });
            model.delete(one.key);
          } else {
            tiers.invalidate('all', { isGone: true });
            model.clear();
          }
        }
        tiers.clear();
        expect(tiers.figures.bytes).toEqual({ hot: 0, warm: 0 });
      }),
      { numRuns: 100 },
    );
  });
});
