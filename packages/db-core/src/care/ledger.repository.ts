import { defineSystemQuery } from '../database/query.ts';
import type { ErasureKind } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';

const columns = [
  'id',
  'kind',
  'salt',
  'owner_hash',
  'table_name',
  'row_id',
  'counts',
  'started_at',
  'completed_at',
  'applied_at',
] as const;

interface NewErasure {
  readonly id: string;
  readonly kind: ErasureKind;
  readonly salt: string;
  readonly ownerHash: string;
  readonly tableName: string | null;
  readonly rowId: string | null;
  readonly counts: JsonValue;
  readonly startedAt: Date;
  readonly completedAt: Date | null;
}

/** One that is there already, as after a restore of a newer backup, stays as it is. */
export const insert = defineSystemQuery('erasures.insert', (db, p: NewErasure) =>
  db
    .insertInto('erasures')
    .values({
      id: p.id,
      kind: p.kind,
      salt: p.salt,
      owner_hash: p.ownerHash,
      table_name: p.tableName,
      row_id: p.rowId,
      counts: p.counts,
      started_at: p.startedAt,
      completed_at: p.completedAt,
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

export const findById = defineSystemQuery('erasures.findById', (db, p: { id: string }) =>
  db.selectFrom('erasures').select(columns).where('id', '=', p.id),
);

export const listUnfinished = defineSystemQuery('erasures.listUnfinished', (db, p: { after: string; limit: number }) =>
  db
    .selectFrom('erasures')
    .select(columns)
    .where('completed_at', 'is', null)
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
);

export const list = defineSystemQuery('erasures.list', (db, p: { after: string; limit: number }) =>
  db.selectFrom('erasures').select(columns).where('id', '>', p.after).orderBy('id').limit(p.limit),
);

/** Changes nothing but holds the row, so that of two who do the same erasure one waits for the other's chunk. */
export const hold = defineSystemQuery('erasures.hold', (db, p: { id: string }) =>
  db
    .updateTable('erasures')
    .set((eb) => ({ started_at: eb.ref('started_at') }))
    .where('id', '=', p.id)
    .returning('counts'),
);

export const setCounts = defineSystemQuery('erasures.setCounts', (db, p: { id: string; counts: JsonValue }) =>
  db.updateTable('erasures').set({ counts: p.counts }).where('id', '=', p.id),
);

export const complete = defineSystemQuery('erasures.complete', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('erasures')
    .set({ completed_at: p.now })
    .where('id', '=', p.id)
    .where('completed_at', 'is', null)
    .returning('id'),
);

export const setApplied = defineSystemQuery('erasures.setApplied', (db, p: { id: string; now: Date }) =>
  db.updateTable('erasures').set({ applied_at: p.now }).where('id', '=', p.id),
);
