import type { Mechanism } from './contract.ts';
import { vectorsFigures } from './vectors.ts';

/** Every mechanism with figures of its own, in the order in which they are measured. */
export const mechanisms: readonly Mechanism[] = [
  {
    name: 'vectors',
    title: 'the ten nearest of one user with 20,000 vectors of 384 numbers',
    engines: ['sqlite', 'postgres'],
    targets: {},
    figures: vectorsFigures,
  },
];
