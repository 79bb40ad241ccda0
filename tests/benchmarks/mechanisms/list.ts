import type { Mechanism } from './contract.ts';

/** Every mechanism with figures of its own, in the order in which they are measured. */
export const mechanisms: readonly Mechanism[] = [];
