import type { Database } from '../../database/database.ts';
import type { MetricSource } from '../contract.ts';
import * as definitions from '../definitions.ts';

/** What this process's cache was good for. Asks the database nothing. */
export function cacheSource(database: Database): MetricSource {
  return {
    metrics: [
      definitions.cacheReads,
      definitions.cacheLoads,
      definitions.cacheStale,
      definitions.cacheDropped,
      definitions.cacheEntries,
      definitions.cacheBytes,
    ],
    collect() {
      const figures = database.cache.figures();
      const { hits, entries, bytes } = figures;
      const reads = { hot: hits.hot, warm: hits.warm, miss: figures.misses };
      const loads = { completed: figures.loads - figures.loadErrors, failed: figures.loadErrors };
      const dropped = { changed: figures.invalidations, room: figures.evictions, 'too-large': figures.tooLarge };
      const tiers = ['hot', 'warm'] as const;
      return [
        ...Object.entries(reads).map(([result, value]) => ({
          metric: definitions.cacheReads,
          labels: { result },
          value,
        })),
        ...Object.entries(loads).map(([outcome, value]) => ({
          metric: definitions.cacheLoads,
          labels: { outcome },
          value,
        })),
        { metric: definitions.cacheStale, value: figures.stale },
        ...Object.entries(dropped).map(([reason, value]) => ({
          metric: definitions.cacheDropped,
          labels: { reason },
          value,
        })),
        ...tiers.map((tier) => ({ metric: definitions.cacheEntries, labels: { tier }, value: entries[tier] })),
        ...tiers.map((tier) => ({ metric: definitions.cacheBytes, labels: { tier }, value: bytes[tier] })),
      ];
    },
  };
}
