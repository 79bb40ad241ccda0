import * as z from 'zod';
import type { Database } from '../../database/database.ts';
import { SYSTEM_OWNER } from '../../database/user-id.ts';
import { ConfigurationError, ForbiddenError } from '../../errors/index.ts';
import type { JobDefinition } from '../../jobs/definition.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { readIdentity } from '../../platform/identity.ts';
import { ALERT_JOB, Alerts } from './alerts.ts';
import { notificationOf, type Transition } from './notification.ts';
import { sendWebhook } from './webhook.ts';

const parameters = z.strictObject({ alertId: z.uuid('must be a UUID').toLowerCase() });

/** After that the watch enqueues it anew, for a day. */
const ATTEMPTS = 20;
const BACKOFF = { baseMs: 5000, maxMs: 900_000 };

/** Adds the kind `kernel.alert`, which tells the webhook of alerts. */
export function defineAlertJob(jobs: Jobs): void {
  jobs.define(alertJob(jobs.database));
}

/** Tells what the webhook wasn't told of an alert: that it began, then that it ended. */
function alertJob(database: Database): JobDefinition<typeof parameters> {
  const alerts = new Alerts(database);
  return {
    kind: ALERT_JOB,
    parameters,
    maxAttempts: ATTEMPTS,
    backoff: BACKOFF,
    run: async ({ userId, parameters: { alertId }, signal }) => {
      if (userId !== SYSTEM_OWNER)
        throw new ForbiddenError(`Only jobs of ${SYSTEM_OWNER} tell of alerts.`, {
          hint: `Enqueue it with --user ${SYSTEM_OWNER}.`,
        });
      const { webhook } = database.config.alerts;
      if (webhook === undefined)
        throw new ConfigurationError('This worker has no webhook: ALERT_WEBHOOK_URL is not set.', {
          hint: 'Set it for every worker.',
        });
      const identity = await readIdentity(database);
      const about = {
        target: database.config.target,
        databaseId: identity?.id ?? null,
        environment: identity?.environment ?? null,
      };
      const told: Transition[] = [];
      const tell = async (transition: Transition): Promise<void> => {
        const alert = await alerts.find(alertId);
        if (alert === undefined) return;
        const isTold = transition === 'firing' ? alert.firingToldAt !== null : alert.resolvedToldAt !== null;
        if (isTold || (transition === 'resolved' && alert.resolvedAt === null)) return;
        await sendWebhook(webhook, notificationOf(alert, transition, about), signal);
        await alerts.markTold(alertId, transition);
        told.push(transition);
      };
      await tell('firing');
      await tell('resolved');
      return { told };
    },
  };
}
