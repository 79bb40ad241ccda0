import type { RowOf } from '../../database/query.ts';
import type { AlertSeverity } from '../../schema/enumerations.ts';
import type { listFiring } from './alert.repository.ts';

/** Something that is wrong, or was. */
export interface Alert {
  readonly id: string;
  /** One of `ALERT_RULES`, or one of another version. */
  readonly rule: string;
  /** What it concerns, where the rule can be true of several things; otherwise empty. */
  readonly subject: string;
  readonly severity: AlertSeverity;
  readonly message: string;
  readonly firedAt: Date;
  /** When it was looked at last. */
  readonly seenAt: Date;
  /** Null while it lasts. */
  readonly resolvedAt: Date | null;
  /** When the webhook was told that it began, and that it ended; null: not yet, or there is none. */
  readonly firingToldAt: Date | null;
  readonly resolvedToldAt: Date | null;
}

export type AlertRow = RowOf<(typeof listFiring)['row']>;

export function toAlert(row: AlertRow): Alert {
  return {
    id: row.id,
    rule: row.rule,
    subject: row.subject,
    severity: row.severity,
    message: row.message,
    firedAt: row.fired_at,
    seenAt: row.seen_at,
    resolvedAt: row.resolved_at,
    firingToldAt: row.firing_told_at,
    resolvedToldAt: row.resolved_told_at,
  };
}

/** Is there something that the webhook wasn't told? */
export function isUntold({ firingToldAt, resolvedAt, resolvedToldAt }: Alert): boolean {
  return firingToldAt === null || (resolvedAt !== null && resolvedToldAt === null);
}
