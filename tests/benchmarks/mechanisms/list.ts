import type { Mechanism } from './contract.ts';
import { replicasFigures } from './replicas.ts';
import { rowSecurityFigures } from './row-security.ts';

/** Every mechanism with figures of its own, in the order in which they are measured. */
export const mechanisms: readonly Mechanism[] = [
  {
    name: 'row-security',
    title: 'what it costs that the server keeps users apart, too',
    engines: ['postgres'],
    targets: { 'postgres.row-security.pointRead.ratio': { atMost: 3 } },
    figures: rowSecurityFigures,
  },
  {
    name: 'replicas',
    title: 'reads that a replica answers',
    engines: ['postgres'],
    targets: {},
    figures: replicasFigures,
  },
];
