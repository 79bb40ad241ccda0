import { defineSystemQuery } from '../../database/query.ts';
import type { AlertSeverity } from '../../schema/enumerations.ts';

const columns = [
  'id',
  'rule',
  'subject',
  'severity',
  'message',
  'fired_at',
  'seen_at',
  'resolved_at',
  'firing_told_at',
  'resolved_told_at',
] as const;

export interface NewAlert {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly severity: AlertSeverity;
  readonly message: string;
  readonly firedAt: Date;
  readonly seenAt: Date;
  readonly resolvedAt: Date | null;
  readonly firingToldAt: Date | null;
  readonly resolvedToldAt: Date | null;
}

/** Gives nothing where another process has found the same. */
export const insert = defineSystemQuery('alerts.insert', (db, p: NewAlert) =>
  db
    .insertInto('alerts')
    .values({
      id: p.id,
      rule: p.rule,
      subject: p.subject,
      severity: p.severity,
      message: p.message,
      fired_at: p.firedAt,
      seen_at: p.seenAt,
      resolved_at: p.resolvedAt,
      firing_told_at: p.firingToldAt,
      resolved_told_at: p.resolvedToldAt,
    })
    .onConflict((conflict) => conflict.columns(['rule', 'subject']).where('resolved_at', 'is', null).doNothing())
    .returning(columns),
);

export const listFiring = defineSystemQuery('alerts.listFiring', (db, p: { limit: number }) =>
  db
    .selectFrom('alerts')
    .select(columns)
    .where('resolved_at', 'is', null)
    .orderBy('rule')
    .orderBy('subject')
    .limit(p.limit),
);

/** Ended since, and nobody was told. */
export const listUntold = defineSystemQuery('alerts.listUntold', (db, p: { since: Date; limit: number }) =>
  db
    .selectFrom('alerts')
    .select(columns)
    .where('resolved_at', '>', p.since)
    .where('resolved_told_at', 'is', null)
    .orderBy('resolved_at')
    .limit(p.limit),
);

/** Newest first: ids are made when an alert begins. */
export const list = defineSystemQuery('alerts.list', (db, p: { before: string; limit: number }) =>
  db.selectFrom('alerts').select(columns).where('id', '<', p.before).orderBy('id', 'desc').limit(p.limit),
);

export const findById = defineSystemQuery('alerts.findById', (db, p: { id: string }) =>
  db.selectFrom('alerts').select(columns).where('id', '=', p.id),
);

export const see = defineSystemQuery('alerts.see', (db, p: { id: string; message: string; now: Date }) =>
  db
    .updateTable('alerts')
    .set({ message: p.message, seen_at: p.now })
    .where('id', '=', p.id)
    .where('resolved_at', 'is', null),
);

/** Gives nothing where another process was faster. */
export const resolve = defineSystemQuery('alerts.resolve', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('alerts')
    .set({ resolved_at: p.now })
    .where('id', '=', p.id)
    .where('resolved_at', 'is', null)
    .returning(columns),
);

export const markFiringTold = defineSystemQuery('alerts.markFiringTold', (db, p: { id: string; now: Date }) =>
  db.updateTable('alerts').set({ firing_told_at: p.now }).where('id', '=', p.id),
);

export const markResolvedTold = defineSystemQuery('alerts.markResolvedTold', (db, p: { id: string; now: Date }) =>
  db.updateTable('alerts').set({ resolved_told_at: p.now }).where('id', '=', p.id),
);

export const removeBefore = defineSystemQuery('alerts.removeBefore', (db, p: { before: Date }) =>
  db.deleteFrom('alerts').where('resolved_at', '<', p.before),
);

export const findWatch = defineSystemQuery('alerts.findWatch', (db) =>
  db.selectFrom('alert_watch').select('evaluated_at').where('singleton', '=', 1),
);

export const beginWatch = defineSystemQuery('alerts.beginWatch', (db, p: { now: Date }) =>
  db
    .insertInto('alert_watch')
    .values({ singleton: 1, evaluated_at: p.now })
    .onConflict((conflict) => conflict.column('singleton').doNothing())
    .returning('evaluated_at'),
);

/** A clock that was set back must not stop it: what lies in the future counts as long ago. */
export const takeTurn = defineSystemQuery('alerts.takeTurn', (db, p: { now: Date; before: Date }) =>
  db
    .updateTable('alert_watch')
    .set({ evaluated_at: p.now })
    .where('singleton', '=', 1)
    .where((eb) => eb.or([eb('evaluated_at', '<=', p.before), eb('evaluated_at', '>', p.now)]))
    .returning('evaluated_at'),
);
