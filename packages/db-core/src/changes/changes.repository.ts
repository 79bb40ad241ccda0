import { defineSystemQuery } from '../database/query.ts';

/** Where the first entries end: up to `bound`, those that are too old or too many. */
export const findPrunable = defineSystemQuery(
  'changes.findPrunable',
  (db, p: { before: Date; highest: number; chunk: number }) =>
    db
      .selectFrom((inner) =>
        inner
          .selectFrom('change_log')
          .select(['seq', 'at'])
          .where('seq', '>', 0)
          .orderBy('seq')
          .limit(p.chunk)
          .as('oldest'),
      )
      .select((eb) => eb.fn.max('oldest.seq').as('bound'))
      .where((eb) => eb.or([eb('oldest.at', '<', p.before), eb('oldest.seq', '<=', p.highest)])),
);

export const findNewest = defineSystemQuery('changes.findNewest', (db) =>
  db.selectFrom('change_log').select('seq').where('seq', '>', 0).orderBy('seq', 'desc').limit(1),
);

export const eraseUpTo = defineSystemQuery('changes.eraseUpTo', (db, p: { bound: number }) =>
  db.deleteFrom('change_log').where('seq', '<=', p.bound),
);

export const insertConsumer = defineSystemQuery('changes.insertConsumer', (db, p: { name: string; now: Date }) =>
  db
    .insertInto('change_consumers')
    .values({ name: p.name, created_at: p.now, updated_at: p.now })
    .onConflict((conflict) => conflict.column('name').doNothing()),
);

export const findConsumer = defineSystemQuery('changes.findConsumer', (db, p: { name: string }) =>
  db.selectFrom('change_consumers').select(['position', 'lease_id', 'lease_expires_at']).where('name', '=', p.name),
);

export const listConsumers = defineSystemQuery('changes.listConsumers', (db, p: { after: string; limit: number }) =>
  db
    .selectFrom('change_consumers')
    .select(['name', 'position', 'lease_expires_at', 'updated_at'])
    .where('name', '>', p.after)
    .orderBy('name')
    .limit(p.limit),
);

/** Of one that keeps its position elsewhere: it needs no lease here, and is at work until the time that it names. */
export const setReported = defineSystemQuery(
  'changes.setReported',
  (db, p: { name: string; position: string; until: Date | null; now: Date }) =>
    db
      .updateTable('change_consumers')
      .set({ position: p.position, lease_id: null, lease_expires_at: p.until, updated_at: p.now })
      .where('name', '=', p.name),
);

export const removeConsumer = defineSystemQuery('changes.removeConsumer', (db, p: { name: string }) =>
  db.deleteFrom('change_consumers').where('name', '=', p.name),
);

/** Only if nobody else has it. */
export const takeLease = defineSystemQuery(
  'changes.takeLease',
  (db, p: { name: string; lease: string; now: Date; expires: Date }) =>
    db
      .updateTable('change_consumers')
      .set({ lease_id: p.lease, lease_expires_at: p.expires, updated_at: p.now })
      .where('name', '=', p.name)
      .where((eb) => eb.or([eb('lease_id', 'is', null), eb('lease_expires_at', '<', p.now)]))
      .returning('position'),
);

/** Only for whoever has the lease: an instance that lost it can't move the position any more. */
export const keepPosition = defineSystemQuery(
  'changes.keepPosition',
  (db, p: { name: string; lease: string; position: string | null; now: Date; expires: Date }) =>
    db
      .updateTable('change_consumers')
      .set({ position: p.position, lease_expires_at: p.expires, updated_at: p.now })
      .where('name', '=', p.name)
      .where('lease_id', '=', p.lease),
);

export const giveLease = defineSystemQuery('changes.giveLease', (db, p: { name: string; lease: string; now: Date }) =>
  db
    .updateTable('change_consumers')
    .set({ lease_id: null, lease_expires_at: null, updated_at: p.now })
    .where('name', '=', p.name)
    .where('lease_id', '=', p.lease),
);
