import { inspectReplicas } from '../../database/database.ts';
import { replicasCheck } from '../replicas-check.ts';
import type { Check } from './contract.ts';

/** The servers of `DATABASE_READ_URL`. */
export const replicas: Check = {
  name: 'replicas',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ database }) => {
    const { read } = database.config;
    if (read.replicas.length === 0) return [];
    const figures = await inspectReplicas(database);
    return figures.flatMap((figure) => {
      const { status, message, hint = '' } = replicasCheck([figure], read.maxLagMs);
      if (status === 'healthy') return [];
      return [
        {
          code: 'REPLICA_UNUSED',
          severity: 'warning' as const,
          subject: figure.location,
          message,
          meaning: 'The primary carries the reads of this replica as well.',
          remedy: hint,
        },
      ];
    });
  },
};
