import type { Database } from '../../database/database.ts';
import type { MetricSource, Sample } from '../contract.ts';
import * as definitions from '../definitions.ts';

const BYTES = definitions.replicaLagBytes;
const LAG = definitions.replicaLag;

/** The replicas as they were when they were looked at last. Asks them nothing. */
export function replicasSource(database: Database): MetricSource {
  return {
    metrics: [definitions.replicaUp, LAG, BYTES, definitions.replicaReads],
    collect() {
      return database.replicas().flatMap(({ location, state, lagMs, lagBytes, reads, fallbacks }) => {
        const labels = { replica: location };
        const samples: Sample[] = [
          { metric: definitions.replicaUp, labels, value: state === 'following' ? 1 : 0 },
          { metric: definitions.replicaReads, labels: { ...labels, outcome: 'served' }, value: reads },
          { metric: definitions.replicaReads, labels: { ...labels, outcome: 'repeated' }, value: fallbacks },
        ];
        if (lagMs !== null) samples.push({ metric: LAG, labels, value: lagMs / 1000 });
        if (lagBytes !== null) samples.push({ metric: BYTES, labels, value: lagBytes });
        return samples;
      });
    },
  };
}
