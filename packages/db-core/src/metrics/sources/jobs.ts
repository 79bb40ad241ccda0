import type { Database } from '../../database/database.ts';
import { queueFigures } from '../../jobs/queue-figures.ts';
import type { MetricSource } from '../contract.ts';
import * as definitions from '../definitions.ts';

/** Everybody's open jobs. */
export function jobsSource(database: Database): MetricSource {
  return {
    metrics: [definitions.jobsQueued, definitions.jobsOldest, definitions.jobsRunning],
    async collect() {
      const { queued, running } = await queueFigures(database);
      return [
        ...queued.flatMap(({ kind, jobs, oldestMs }) => [
          { metric: definitions.jobsQueued, labels: { kind }, value: jobs },
          { metric: definitions.jobsOldest, labels: { kind }, value: oldestMs / 1000 },
        ]),
        { metric: definitions.jobsRunning, value: running },
      ];
    },
  };
}
