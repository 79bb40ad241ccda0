import type { DatabaseConfig } from '../../config/index.ts';
import { newId } from '../../database/ids.ts';
import { ConfigurationError } from '../../errors/index.ts';
import { testNotification } from './notification.ts';
import { type Delivery, sendWebhook } from './webhook.ts';

/**
 * Sends a test to the webhook, once. The database isn't asked: this works also while it is away.
 *
 * @throws ConfigurationError without a webhook; AlertUndeliveredError when its receiver doesn't take it
 */
export async function sendTestAlert(
  { alerts: { webhook }, target }: DatabaseConfig,
  options: { readonly environment: string; readonly signal?: AbortSignal },
): Promise<Delivery & { readonly id: string; readonly signed: boolean }> {
  if (webhook === undefined)
    throw new ConfigurationError('There is no webhook: ALERT_WEBHOOK_URL is not set.', {
      hint: 'Set ALERT_WEBHOOK_URL to where alerts are to be sent; docs/alerts.md says how.',
    });
  const notification = testNotification(newId(), { target, databaseId: null, environment: options.environment });
  const delivery = await sendWebhook(webhook, notification, options.signal);
  return { id: notification.id, signed: webhook.secret !== undefined, ...delivery };
}
