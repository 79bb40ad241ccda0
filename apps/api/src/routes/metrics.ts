import { createHash, timingSafeEqual } from 'node:crypto';
import { SYSTEM_OWNER } from '@keelson/db-core';
import type { Metrics } from '@keelson/db-core/metrics';
import { z } from 'zod';
import type { Authenticate, Principal } from '../access.ts';
import type { Api } from '../api.ts';

/** Whoever shows KEELSON_METRICS_TOKEN. It opens this one address, and no other. */
const READER: Principal = { tokenId: 'metrics', userId: SYSTEM_OWNER, scopes: [] };

/** Looks for the token of the metrics first, without the database: figures are wanted most when that is away. */
export function withMetricsToken(authenticate: Authenticate, metricsToken: string | undefined): Authenticate {
  if (metricsToken === undefined) return authenticate;
  const wanted = digest(metricsToken);
  return async (token) => (timingSafeEqual(digest(token), wanted) ? READER : authenticate(token));
}

/** Of equal length, so that the time of the comparison tells nothing. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export function addMetrics(api: Api, metrics: Metrics): void {
  api.get(
    '/metrics',
    {
      logLevel: 'warn',
      config: { access: 'admin' },
      onRequest: (request, _reply, done) => {
        if (request.principal === READER) request.principal = { ...READER, scopes: ['admin'] };
        done();
      },
      schema: {
        operationId: 'metrics',
        summary: 'Figures for Prometheus',
        description:
          'Takes KEELSON_METRICS_TOKEN as well, which is checked without the database. What each figure says stands in docs/metrics.md.',
        tags: ['health'],
        response: {
          200: {
            description: "Prometheus's text format.",
            content: { 'text/plain': { schema: z.string() } },
          },
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
