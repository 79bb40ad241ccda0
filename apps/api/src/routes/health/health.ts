import { databaseHealth } from '@keelson/db-core';
import type { Api, Services } from '../../api.ts';
import { healthSchema, toHealth } from '../../schemas/health.ts';

export function health(api: Api, { database }: Services): void {
  api.get(
    '/health',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'health',
        summary: 'How is the database?',
        description:
          'Every check with what it found. The status is 200 whatever they find; `/readyz` answers yes or no.',
        tags: ['health'],
        response: { 200: healthSchema },
      },
    },
    async () => toHealth(await databaseHealth(database)),
  );
}
