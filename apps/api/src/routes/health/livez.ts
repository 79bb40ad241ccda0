import { z } from 'zod';
import type { Api } from '../../api.ts';

/** Is the process there? Says nothing of the database, so that an outage of it doesn't get this one restarted. */
export function livez(api: Api): void {
  api.get(
    '/livez',
    {
      logLevel: 'warn',
      config: { access: 'public', rateLimit: false },
      schema: {
        operationId: 'livez',
        summary: 'Is the process there?',
        tags: ['health'],
        response: { 200: z.object({ status: z.literal('alive') }) },
      },
    },
    () => ({ status: 'alive' as const }),
  );
}
