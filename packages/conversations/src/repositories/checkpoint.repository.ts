import { defineQuery } from '@keelson/db-core';

const columns = [
  'id',
  'thread_id',
  'checkpoint_ns',
  'checkpoint_id',
  'parent_checkpoint_id',
  'type',
  'state',
  'channel_values',
] as const;

interface StateParams {
  id: string;
  parentId: string | null;
  type: string;
  state: Uint8Array;
  values: Uint8Array;
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
      channel_values: p.values,
      created_at: p.now,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
);

/** A checkpoint that is put again. */
export const update = defineQuery('checkpoints.update', (db, p: StateParams) =>
  db
    .updateTable('conversation_checkpoints')
    .set({ parent_checkpoint_id: p.parentId, type: p.type, state: p.state, channel_values: p.values })
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

/** By the checkpoint's own id, and of several with the same by the row's. */
export interface PageParams extends RangeParams {
  readonly threadId: string;
  readonly toId: string;
}

export const listByThread = defineQuery('checkpoints.listByThread', (db, p: PageParams) =>
  db
    .selectFrom('conversation_checkpoints')
    .select(columns)
    .where('thread_id', '=', p.threadId)
    .where('checkpoint_id', '>=', p.from)
    .where((eb) => eb(eb.refTuple('checkpoint_id', 'id'), '<', eb.tuple(p.to, p.toId)))
    .orderBy('checkpoint_id', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

/** One thread after the other: those up to this one, the greatest first. */
export const findThread = defineQuery('checkpoints.findThread', (db, p: { below: string }) =>
  db
    .selectFrom('conversation_checkpoints')
    .select('thread_id')
    .where('thread_id', '<', p.below)
    .orderBy('thread_id', 'desc')
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
