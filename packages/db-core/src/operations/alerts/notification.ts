import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import type { DatabaseTarget, SecretKey } from '../../config/index.ts';
import type { Alert } from './alert.ts';
import { ruleOf } from './rules.ts';

/** What an alert is told as; docs/alerts.md shows it. */
export interface Notification {
  /** The same for every try, so that a receiver knows what it has had. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

/** Which database it is about. */
export interface AlertedDatabase {
  readonly target: DatabaseTarget;
  /** Null where it isn't known: the database was never reached. */
  readonly databaseId: string | null;
  readonly environment: string | null;
}

export type Transition = 'firing' | 'resolved';

export function notificationOf(alert: Alert, transition: Transition, about: AlertedDatabase): Notification {
  const { id, rule, subject, severity, message, firedAt, resolvedAt } = alert;
  const { title, hint } = ruleOf(rule);
  const at = transition === 'firing' ? firedAt : (resolvedAt ?? firedAt);
  // Several processes may find by themselves that the database is away; to who is called at night that is one thing.
  const key = rule === 'database-away' ? rule : `${rule}${subject === '' ? '' : `:${subject}`}`;
  return wrapped(`${id}.${transition}`, `alert.${transition}`, at, {
    id,
    key: `${about.databaseId ?? placeOf(about.target)}:${key}`,
    rule,
    subject: subject === '' ? null : subject,
    severity,
    title,
    message,
    hint,
    firedAt,
    resolvedAt: transition === 'firing' ? null : resolvedAt,
    ...partsOf(about),
  });
}

export function testNotification(id: string, about: AlertedDatabase): Notification {
  return wrapped(`${id}.test`, 'alert.test', new Date(), {
    id,
    severity: 'info',
    title: 'A test',
    message: 'This is a test: `keelson alerts test` sent it. Nothing is wrong.',
    ...partsOf(about),
  });
}

/** As Standard Webhooks has it: `v1,` and the HMAC of id, time and body. */
export function signatureOf(secret: SecretKey, { id, body }: Notification, seconds: number): string {
  return `v1,${createHmac('sha256', secret.bytes).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

function wrapped(id: string, type: string, at: Date, data: object): Notification {
  return { id, body: JSON.stringify({ type, timestamp: at, data }) };
}

function partsOf({ target, databaseId, environment }: AlertedDatabase): object {
  return {
    database: { id: databaseId, engine: target.engine, location: placeOf(target), environment },
    host: hostname(),
  };
}

/** Without credentials. */
function placeOf(target: DatabaseTarget): string {
  return target.engine === 'sqlite' ? target.path : target.location;
}
