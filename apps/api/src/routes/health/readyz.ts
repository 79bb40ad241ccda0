import {
  CircuitOpenError,
  ConnectionFailedError,
  MigrationPendingError,
  SchemaValidationError,
} from '@keelson/db-core';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { NotReadyError } from '../../errors.ts';
import { readiness } from './readiness.ts';

export function readyz(api: Api, { database }: Services): void {
  const assertReady = readiness(database);
  api.get(
    '/readyz',
    {
      logLevel: 'warn',
      config: {
        access: 'public',
        rateLimit: false,
        problems: [
          NotReadyError,
          CircuitOpenError,
          ConnectionFailedError,
          MigrationPendingError,
          SchemaValidationError,
        ],
      },
      schema: {
        operationId: 'readyz',
        summary: 'Can requests be served?',
        description: 'The database answers, and every migration has run. The answer may be a second old.',
        tags: ['health'],
        response: { 200: z.object({ status: z.literal('ready') }) },
      },
    },
    async () => {
      await assertReady();
      return { status: 'ready' as const };
    },
  );
}
