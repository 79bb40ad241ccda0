import type { Mechanism } from './contract.ts';
import { searchFigures } from './search.ts';

/** Every mechanism with figures of its own, in the order in which they are measured. */
export const mechanisms: readonly Mechanism[] = [
  {
    name: 'search',
    title: 'searches among a million entries of 1,000 users, and of one user with 200,000',
    engines: ['sqlite', 'postgres'],
    targets: {
      'sqlite.search.manyUsers.p95Ms': { below: 10 },
      'sqlite.search.largeUser.p95Ms': { below: 60 },
      'postgres.search.manyUsers.p95Ms': { below: 10 },
      'postgres.search.largeUser.p95Ms': { below: 60 },
    },
    figures: searchFigures,
  },
];
