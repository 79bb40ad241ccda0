import { defineQuery, type Query } from '@keelson/db-core';

export interface WriteRow {
  readonly id: string;
  readonly task_id: string;
  readonly task_path: string;
  readonly idx: number;
  readonly channel: string;
  readonly type: string;
  readonly data: string | null;
  readonly data_bytes: Uint8Array | null;
  readonly created_at: Date;
}

const columns = ['id', 'task_id', 'task_path', 'idx', 'channel', 'type', 'data', 'data_bytes', 'created_at'] as const;

/** The values of several rows in one object: the first row's `id` is `id`, the third one's `id 2`. */
export type RowsParams = Readonly<Record<string, unknown>>;

export function paramsOf(rows: readonly WriteRow[]): RowsParams {
  const [first, ...more] = rows;
  const params: Record<string, unknown> = { ...first };
  for (const [index, row] of more.entries()) {
    for (const column of columns) params[nameIn(index + 1, column)] = row[column];
  }
  return params;
}

function rowsOf(count: number, params: RowsParams): WriteRow[] {
  return Array.from({ length: count }, (_, number) => {
    const row = Object.fromEntries(columns.map((column) => [column, params[nameIn(number, column)]]));
    return row as unknown as WriteRow;
  });
}

function nameIn(number: number, column: string): string {
  return number === 0 ? column : `${column} ${number}`;
}

/** The query for each number of rows, defined when it is first asked for. */
function bySize(define: (count: number) => Query<RowsParams, never>): (count: number) => Query<RowsParams, never> {
  const queries = new Map<number, Query<RowsParams, never>>();
  return (count) => {
    const query = queries.get(count) ?? define(count);
    queries.set(count, query);
    return query;
  };
}

/** Those that are there already stay: a task that is run again wrote the same. */
export const insertMany = bySize((count) =>
  defineQuery(`checkpointWrites.insert${count}`, (db, p: RowsParams) =>
    db
      .insertInto('conversation_checkpoint_writes')
      .values(rowsOf(count, p))
      .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
  ),
);

/** The last one counts. */
export const upsertMany = bySize((count) =>
  defineQuery(`checkpointWrites.upsert${count}`, (db, p: RowsParams) =>
    db
      .insertInto('conversation_checkpoint_writes')
      .values(rowsOf(count, p))
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'id']).doUpdateSet((eb) => ({
          channel: eb.ref('excluded.channel'),
          task_path: eb.ref('excluded.task_path'),
          type: eb.ref('excluded.type'),
          data: eb.ref('excluded.data'),
          data_bytes: eb.ref('excluded.data_bytes'),
        })),
      ),
  ),
);

/** @public Of one row, for those who look at statements. */
export const insertOne = insertMany(1);
/** @public */
export const upsertOne = upsertMany(1);

export const listInRange = defineQuery('checkpointWrites.listInRange', (db, p: { from: string; to: string }) =>
  db
    .selectFrom('conversation_checkpoint_writes')
    .select(['id', 'task_id', 'task_path', 'idx', 'channel', 'type', 'data', 'data_bytes'])
    .where('id', '>=', p.from)
    .where('id', '<', p.to),
);

export const deleteInRange = defineQuery('checkpointWrites.deleteInRange', (db, p: { from: string; to: string }) =>
  db.deleteFrom('conversation_checkpoint_writes').where('id', '>=', p.from).where('id', '<', p.to),
);
