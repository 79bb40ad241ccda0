import type { Database } from '../../database/database.ts';
import type { MetricSource, Sample } from '../contract.ts';
import * as definitions from '../definitions.ts';

/** How far each consumer of the change feed has come, wherever it runs. */
export function changesSource(database: Database): MetricSource {
  return {
    metrics: [
      definitions.consumerBehind,
      definitions.consumerLag,
      definitions.consumerResync,
      definitions.consumerRunning,
    ],
    async collect() {
      const consumers = await database.changes.consumers();
      return consumers.flatMap(({ name, behind, lagMs, resync, isRunning }) => {
        const labels = { consumer: name };
        const samples: Sample[] = [
          { metric: definitions.consumerRunning, labels, value: isRunning ? 1 : 0 },
          { metric: definitions.consumerResync, labels, value: resync === null ? 0 : 1 },
        ];
        if (behind !== null) samples.push({ metric: definitions.consumerBehind, labels, value: behind });
        if (lagMs !== null) samples.push({ metric: definitions.consumerLag, labels, value: lagMs / 1000 });
        return samples;
      });
    },
  };
}
