import { defineError } from '../../errors/index.ts';

/** Neither the message nor the details repeat the URL: it may hold a token. */
export class AlertUndeliveredError extends defineError({
  code: 'ALERT_UNDELIVERED',
  title: 'The webhook did not take the alert',
  status: 502,
  exitCode: 1,
  retriable: true,
  hint: 'It is tried again by itself. `keelson alerts test` shows what its receiver answers; ALERT_WEBHOOK_URL says where that is.',
}) {}
