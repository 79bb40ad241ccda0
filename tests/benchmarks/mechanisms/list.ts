import type { Mechanism } from './contract.ts';
import { replicasFigures } from './replicas.ts';

/** Every mechanism with figures of its own, in the order in which they are measured. */
export const mechanisms: readonly Mechanism[] = [
  {
    name: 'replicas',
    title: 'reads that a replica answers',
    engines: ['postgres'],
    targets: {},
    figures: replicasFigures,
  },
];
