import { defineQuery, type Query } from '@keelson/db-core';

/** A checkpoint, or (without the four ids in the middle) the value of a channel in one of its versions. */
export interface StateRow {
  readonly id: string;
  readonly thread_id: string | null;
  readonly checkpoint_ns: string | null;
  readonly checkpoint_id: string | null;
  readonly parent_checkpoint_id: string | null;
  readonly type: string;
  readonly data: Uint8Array;
  readonly created_at: Date;
}

export interface WriteRow {
  readonly id: string;
  readonly checkpoint: string;
  readonly task_id: string;
  readonly task_path: string;
  readonly idx: number;
  readonly channel: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly created_at: Date;
}

/** The values of several rows in one object: the third row's `id` is `id 2`. */
export type RowsParams = Readonly<Record<string, unknown>>;

/** So many rows go into one statement; there is a prepared one for each number of rows. */
export const ROWS_AT_ONCE = 16;

export function paramsOf(rows: readonly object[]): RowsParams {
  const params: Record<string, unknown> = {};
  for (const [number, row] of rows.entries()) {
    for (const [column, value] of Object.entries(row)) params[`${column} ${number}`] = value;
  }
  return params;
}

function rowsOf<Row>(columns: readonly (keyof Row & string)[], count: number, params: RowsParams): Row[] {
  return Array.from(
    { length: count },
    (_, number) => Object.fromEntries(columns.map((column) => [column, params[`${column} ${number}`]])) as Row,
  );
}

/** The query for each number of rows, defined when it is first asked for. */
function bySize(define: (count: number) => Query<RowsParams, never>): (count: number) => Query<RowsParams, never> {
  const queries = new Map<number, Query<RowsParams, never>>();
  return (count) => {
    const known = queries.get(count);
    if (known !== undefined) return known;
    const query = define(count);
    queries.set(count, query);
    return query;
  };
}

const STATE_COLUMNS = [
  'id',
  'thread_id',
  'checkpoint_ns',
  'checkpoint_id',
  'parent_checkpoint_id',
  'type',
  'data',
  'created_at',
] as const;

const WRITE_COLUMNS = [
  'id',
  'checkpoint',
  'task_id',
  'task_path',
  'idx',
  'channel',
  'type',
  'data',
  'created_at',
] as const;

/** A checkpoint with the values that are new in it. What is there already stays. */
export const insertStates = bySize((count) =>
  defineQuery(`checkpoints.insert${count}`, (db, p: RowsParams) =>
    db
      .insertInto('conversation_checkpoints')
      .values(rowsOf<StateRow>(STATE_COLUMNS, count, p))
      .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
  ),
);

/** Writes of a task. Those that are there already stay: a task that is run again wrote the same. */
export const insertWrites = bySize((count) =>
  defineQuery(`checkpoints.insertWrites${count}`, (db, p: RowsParams) =>
    db
      .insertInto('conversation_checkpoint_writes')
      .values(rowsOf<WriteRow>(WRITE_COLUMNS, count, p))
      .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
  ),
);

/** Errors, interrupts and the like, of which the last one counts. */
export const upsertWrites = bySize((count) =>
  defineQuery(`checkpoints.upsertWrites${count}`, (db, p: RowsParams) =>
    db
      .insertInto('conversation_checkpoint_writes')
      .values(rowsOf<WriteRow>(WRITE_COLUMNS, count, p))
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'id']).doUpdateSet((eb) => ({
          channel: eb.ref('excluded.channel'),
          task_path: eb.ref('excluded.task_path'),
          type: eb.ref('excluded.type'),
          data: eb.ref('excluded.data'),
        })),
      ),
  ),
);

/** Examples of the three above, for those who look at statements. */
export const insertState = insertStates(1);
export const insertWrite = insertWrites(1);
export const upsertWrite = upsertWrites(1);

/** A checkpoint that is put again. */
export const update = defineQuery(
  'checkpoints.update',
  (db, p: { id: string; parentId: string | null; type: string; data: Uint8Array }) =>
    db
      .updateTable('conversation_checkpoints')
      .set({ parent_checkpoint_id: p.parentId, type: p.type, data: p.data })
      .where('id', '=', p.id),
);

const checkpointColumns = [
  'id',
  'thread_id',
  'checkpoint_ns',
  'checkpoint_id',
  'parent_checkpoint_id',
  'type',
  'data',
] as const;

export const findById = defineQuery('checkpoints.findById', (db, p: { id: string }) =>
  db.selectFrom('conversation_checkpoints').select(checkpointColumns).where('id', '=', p.id),
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
    .select(checkpointColumns)
    .where('id', '>=', p.from)
    .where('id', '<', p.to)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

/** By the checkpoint's own id, and of several with the same by the row's. */
export interface PageParams extends RangeParams {
  readonly toId: string;
}

export const listByThread = defineQuery('checkpoints.listByThread', (db, p: PageParams & { threadId: string }) =>
  db
    .selectFrom('conversation_checkpoints')
    .select(checkpointColumns)
    .where('thread_id', '=', p.threadId)
    .where('checkpoint_id', 'is not', null)
    .where('checkpoint_id', '>=', p.from)
    .where((eb) => eb(eb.refTuple('checkpoint_id', 'id'), '<', eb.tuple(p.to, p.toId)))
    .orderBy('checkpoint_id', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const list = defineQuery('checkpoints.list', (db, p: PageParams) =>
  db
    .selectFrom('conversation_checkpoints')
    .select(checkpointColumns)
    .where('checkpoint_id', 'is not', null)
    .where('checkpoint_id', '>=', p.from)
    .where((eb) => eb(eb.refTuple('checkpoint_id', 'id'), '<', eb.tuple(p.to, p.toId)))
    .orderBy('checkpoint_id', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

interface PartsParams {
  /** Of values. */
  readonly ids: readonly string[];
  /** Ids of checkpoints. */
  readonly checkpoints: readonly string[];
}

/** What belongs to checkpoints: the values of their channels, and what was written to them. One statement is one moment. */
export const listParts = defineQuery('checkpoints.listParts', (db, p: PartsParams) =>
  db
    .selectFrom('conversation_checkpoints')
    .select((eb) => [
      'id',
      eb.lit<null>(null).as('checkpoint'),
      eb.lit<null>(null).as('task_id'),
      eb.lit<null>(null).as('task_path'),
      eb.lit<null>(null).as('idx'),
      eb.lit<null>(null).as('channel'),
      'type',
      'data',
    ])
    .where('id', 'in', p.ids)
    .unionAll(
      db
        .selectFrom('conversation_checkpoint_writes')
        .select(['id', 'checkpoint', 'task_id', 'task_path', 'idx', 'channel', 'type', 'data'] as const)
        .where('checkpoint', 'in', p.checkpoints) as never,
    ),
);

/** Which of these are still there. */
export const listIds = defineQuery('checkpoints.listIds', (db, p: { ids: readonly string[] }) =>
  db.selectFrom('conversation_checkpoints').select('id').where('id', 'in', p.ids),
);

export const deleteInRange = defineQuery('checkpoints.deleteInRange', (db, p: { from: string; to: string }) =>
  db.deleteFrom('conversation_checkpoints').where('id', '>=', p.from).where('id', '<', p.to),
);

export const deleteWritesInRange = defineQuery(
  'checkpoints.deleteWritesInRange',
  (db, p: { from: string; to: string }) =>
    db.deleteFrom('conversation_checkpoint_writes').where('id', '>=', p.from).where('id', '<', p.to),
);
