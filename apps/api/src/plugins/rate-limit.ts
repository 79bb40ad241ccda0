import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { Api } from '../api.ts';
import { RateLimitedError } from '../errors.ts';

const MINUTE_MS = 60_000;

/** Counts each token's requests, and by address those of whoever has no valid token. In this process, not across several. */
export function limitRates(api: Api, perMinute: number): void {
  void api.register(rateLimit, {
    global: true,
    max: perMinute,
    timeWindow: MINUTE_MS,
    enableDraftSpec: true,
    keyGenerator: ({ principal, ip }) =>
      principal === null ? `address:${normalizeIP(ip)}` : `token:${principal.tokenId}`,
    errorResponseBuilder: (_request, { max, ttl }) =>
      new RateLimitedError(`More than ${max} requests in a minute.`, { details: { retryAfterMs: ttl } }),
  });
}
