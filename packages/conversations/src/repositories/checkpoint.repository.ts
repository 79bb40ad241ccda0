import { defineQuery } from '@keelson/db-core';

const columns = [
  'id',
  'thread_id',
  'checkpoint_ns',
  'checkpoint_id',
  'parent_checkpoint_id',
  'type',
  'state',
  'state_bytes',
  'channel_values',
  'channel_values_bytes',
] as const;

export interface StateParams {
  id: string;
  parentId: string | null;
  type: string;
  state: string | null;
  stateBytes: Uint8Array | null;
  values: string | null;
  valuesBytes: Uint8Array | null;
}

interface InsertParams extends StateParams {
  threadId: string;
  namespace: string;
  checkpointId: string;
  now: Date;
}

/** Changes nothing when the checkpoint is there already. */
export const insert = defineQuery('checkpoints.insert', (db, p: InsertParams) =>
  db
    .insertInto('conversation_checkpoints')
    .values({
      id: p.id,
      thread_id: p.threadId,
      checkpoint_ns: p.namespace,
      checkpoint_id: p.checkpointId,
      parent_checkpoint_id: p.parentId,
      type: p.type,
      state: p.state,
      state_bytes: p.stateBytes,
      channel_values: p.values,
      channel_values_bytes: p.valuesBytes,
      created_at: p.now,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
);

/** A checkpoint that is put again. */
export const update = defineQuery('checkpoints.update', (db, p: StateParams) =>
  db
    .updateTable('conversation_checkpoints')
    .set({
      parent_checkpoint_id: p.parentId,
      type: p.type,
      state: p.state,
      state_bytes: p.stateBytes,
      channel_values: p.values,
      channel_values_bytes: p.valuesBytes,
    })
    .where('id', '=', p.id),
);

export const findById = defineQuery('checkpoints.findById', (db, p: { id: string }) =>
  db.selectFrom('conversation_checkpoints').select(columns).where('id', '=', p.id),
);

/** The same, locked against whoever puts it at the same time. */
export const findForUpdate = defineQuery('checkpoints.findForUpdate', (db, p: { id: string }) =>
  db.selectFrom('conversation_checkpoints').select(columns).where('id', '=', p.id).forUpdate(),
);

export interface RangeParams {
  readonly from: string;
  /** Not itself. */
  readonly to: string;
  readonly limit: number;
}

/** What a task wrote, in the columns of a checkpoint, so that one statement gives both: two are twice the way. */
const writesColumns = [
  'w.id',
  'w.task_id as thread_id',
  'w.task_path as checkpoint_ns',
  'w.channel as checkpoint_id',
  'w.channel as parent_checkpoint_id',
  'w.type',
  'w.data as state',
  'w.data_bytes as state_bytes',
] as const;

/** A checkpoint, and what was written to it: those rows have keys from `from` to `to`. */
export const findWithWrites = defineQuery(
  'checkpoints.findWithWrites',
  (db, p: { id: string; from: string; to: string }) =>
    db
      .selectFrom('conversation_checkpoints')
      .select(columns)
      .where('id', '=', p.id)
      .unionAll((eb) =>
        eb
          .selectFrom('conversation_checkpoint_writes as w')
          .select(writesColumns)
          .select((of) => [of.lit(null).as('channel_values'), of.lit(null).as('channel_values_bytes')])
          .where('w.id', '>=', p.from)
          .where('w.id', '<', p.to),
      ),
);

/** The latest checkpoint in a range, and what was written to it: those rows' keys go on from the checkpoint's with a `!`. */
export const findLatestWithWrites = defineQuery(
  'checkpoints.findLatestWithWrites',
  (db, p: { from: string; to: string }) =>
    db
      .with('found', (cte) =>
        cte
          .selectFrom('conversation_checkpoints')
          .select(columns)
          .where('id', '>=', p.from)
          .where('id', '<', p.to)
          .orderBy('id', 'desc')
          .limit(1),
      )
      .selectFrom('found')
      .select(columns)
      .unionAll((eb) =>
        eb
          .selectFrom('conversation_checkpoint_writes as w')
          .select(writesColumns)
          .select((of) => [of.lit(null).as('channel_values'), of.lit(null).as('channel_values_bytes')])
          .where('w.id', '>', (of) => of.selectFrom('found').select((found) => found('found.id', '||', '!').as('id')))
          .where('w.id', '<', (of) => of.selectFrom('found').select((found) => found('found.id', '||', '"').as('id'))),
      ),
);

/** Checkpoints of one thread and namespace, whose ids lie side by side; latest first. */
export const listInNamespace = defineQuery('checkpoints.listInNamespace', (db, p: RangeParams) =>
  db
    .selectFrom('conversation_checkpoints')
    .select(columns)
    .where('id', '>=', p.from)
    .where('id', '<', p.to)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

/** The first row in a range, which tells where one is: what comes after its thread, or its namespace, begins with other digests. */
export const findNext = defineQuery('checkpoints.findNext', (db, p: { from: string; to: string }) =>
  db
    .selectFrom('conversation_checkpoints')
    .select('id')
    .where('id', '>=', p.from)
    .where('id', '<', p.to)
    .orderBy('id')
    .limit(1),
);

export const listByIds = defineQuery('checkpoints.listByIds', (db, p: { ids: readonly string[] }) =>
  db.selectFrom('conversation_checkpoints').select(columns).where('id', 'in', p.ids),
);

/** Which of these are still there. */
export const listIds = defineQuery('checkpoints.listIds', (db, p: { ids: readonly string[] }) =>
  db.selectFrom('conversation_checkpoints').select('id').where('id', 'in', p.ids),
);

export const deleteInRange = defineQuery('checkpoints.deleteInRange', (db, p: { from: string; to: string }) =>
  db.deleteFrom('conversation_checkpoints').where('id', '>=', p.from).where('id', '<', p.to),
);
