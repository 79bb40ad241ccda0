import type { WebhookConfig } from '../../config/index.ts';
import { AlertUndeliveredError } from './errors.ts';
import { type Notification, signatureOf } from './notification.ts';

/** What a receiver answered. */
export interface Delivery {
  readonly status: number;
  readonly durationMs: number;
}

/**
 * Sends a notification once. Whatever isn't 2xx counts as not taken, a redirect too: what was signed for one place must
 * not go to another.
 *
 * @throws AlertUndeliveredError
 */
export async function sendWebhook(
  { url, secret, timeoutMs }: WebhookConfig,
  notification: Notification,
  signal?: AbortSignal,
): Promise<Delivery> {
  // All of the URL that is shown: the rest may hold a token.
  const { origin } = new URL(url);
  const seconds = Math.floor(Date.now() / 1000);
  const started = performance.now();
  const timeout = AbortSignal.timeout(timeoutMs);
  let status: number;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'keelson',
        'webhook-id': notification.id,
        'webhook-timestamp': String(seconds),
        ...(secret === undefined ? {} : { 'webhook-signature': signatureOf(secret, notification, seconds) }),
      },
      body: notification.body,
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    ({ status } = response);
    // Nobody reads what it says; without this the connection would be kept for it.
    await response.body?.cancel();
  } catch (error) {
    signal?.throwIfAborted();
    const why = timeout.aborted ? `did not answer within ${timeoutMs} ms` : `can't be reached${reasonOf(error)}`;
    throw new AlertUndeliveredError(`The webhook at ${origin} ${why}.`, { details: { origin } });
  }
  if (status < 200 || status > 299)
    throw new AlertUndeliveredError(`The webhook at ${origin} answered ${status}.`, { details: { origin, status } });
  return { status, durationMs: Math.round(performance.now() - started) };
}

/** The code of the system's error, such as ECONNREFUSED. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code === '' ? '' : ` (${code})`;
}
