import type { ColumnTypes } from '../src/schema/columns.ts';
import type { Migration, MigrationContext } from '../src/schema/migration.ts';

const CHECKPOINTS = 'conversation_checkpoints';
const WRITES = 'conversation_checkpoint_writes';

const checkpoint = (t: ColumnTypes) => ({
  user_id: t.userId(),
  id: t.text({ min: 1, max: 200 }),
  thread_id: t.text({ min: 1, max: 255 }),
  checkpoint_ns: t.text({ max: 4000 }),
  checkpoint_id: t.text({ min: 1, max: 100 }),
  parent_checkpoint_id: t.text({ min: 1, max: 100 }).nullable(),
  type: t.text({ min: 1, max: 255 }),
});

const write = (t: ColumnTypes) => ({
  user_id: t.userId(),
  id: t.text({ min: 1, max: 500 }),
  task_id: t.text({ min: 1, max: 255 }),
  task_path: t.text({ max: 4000 }),
  idx: t.integer(),
  channel: t.text({ max: 4000 }),
  type: t.text({ min: 1, max: 255 }),
});

const primaryKey = ['user_id', 'id'] as const;

/** By the name of the rule: a value is there once. */
const onceEach = (table: string, columns: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    columns.map((column) => [`${table}_${column}_once`, `(${column} IS NULL) <> (${column}_bytes IS NULL)`]),
  );

const addTextSql = (table: string, columns: readonly string[]): string =>
  [
    ...columns.flatMap((column) => [
      `ALTER TABLE ${table} RENAME COLUMN ${column} TO ${column}_bytes`,
      `ALTER TABLE ${table} ALTER COLUMN ${column}_bytes DROP NOT NULL`,
      `ALTER TABLE ${table} ADD COLUMN ${column} text COLLATE "C"`,
    ]),
    ...Object.entries(onceEach(table, columns)).map(
      ([name, rule]) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (${rule})`,
    ),
  ].join(';\n');

const dropTextSql = (table: string, columns: readonly string[]): string =>
  columns
    .flatMap((column) => [
      `ALTER TABLE ${table} DROP CONSTRAINT ${table}_${column}_once`,
      `UPDATE ${table} SET ${column}_bytes = convert_to(${column}, 'UTF8') WHERE ${column}_bytes IS NULL`,
      `ALTER TABLE ${table} DROP COLUMN ${column}`,
      `ALTER TABLE ${table} ALTER COLUMN ${column}_bytes SET NOT NULL`,
      `ALTER TABLE ${table} RENAME COLUMN ${column}_bytes TO ${column}`,
    ])
    .join(';\n');

/** SQLite drops triggers with the table that is rebuilt. */
const trackAnew = (m: MigrationContext): void => m.trackChanges(CHECKPOINTS, WRITES);

/**
 * What serializers make of checkpoints is text as a rule, and is kept as such: both engines read and write text faster than
 * bytes. And one index less: a thread's checkpoints lie side by side by their primary key already.
 */
export const migration: Migration = {
  name: '0019_checkpoints_as_text',
  // Programs from before look for bytes alone.
  breaking: true,

  up(m) {
    m.dropIndex('conversation_checkpoints_by_thread');
    m.rebuildTable(
      CHECKPOINTS,
      (t) => ({
        ...checkpoint(t),
        state_bytes: t.blob().nullable(),
        channel_values_bytes: t.blob().nullable(),
        created_at: t.timestamp(),
        // Last, so that what is small is read without them.
        state: t.text().nullable(),
        channel_values: t.text().nullable(),
      }),
      {
        primaryKey,
        checks: onceEach(CHECKPOINTS, ['state', 'channel_values']),
        added: ['state', 'channel_values'],
        from: { state_bytes: 'state', channel_values_bytes: 'channel_values' },
        postgres: addTextSql(CHECKPOINTS, ['state', 'channel_values']),
      },
    );
    m.rebuildTable(
      WRITES,
      (t) => ({
        ...write(t),
        data_bytes: t.blob().nullable(),
        created_at: t.timestamp(),
        data: t.text().nullable(),
      }),
      {
        primaryKey,
        checks: onceEach(WRITES, ['data']),
        added: ['data'],
        from: { data_bytes: 'data' },
        postgres: addTextSql(WRITES, ['data']),
      },
    );
    trackAnew(m);
  },

  down(m) {
    const bytesOf = (column: string): string => `coalesce(${column}_bytes, CAST(${column} AS BLOB))`;
    m.rebuildTable(
      CHECKPOINTS,
      (t) => ({ ...checkpoint(t), state: t.blob(), channel_values: t.blob(), created_at: t.timestamp() }),
      {
        primaryKey,
        indexes: {
          conversation_checkpoints_by_thread: { columns: ['user_id', 'thread_id', 'checkpoint_id', 'id'] },
        },
        from: { state: bytesOf('state'), channel_values: bytesOf('channel_values') },
        postgres: `
          ${dropTextSql(CHECKPOINTS, ['state', 'channel_values'])};
          CREATE INDEX conversation_checkpoints_by_thread ON ${CHECKPOINTS} (user_id, thread_id, checkpoint_id, id)`,
      },
    );
    m.rebuildTable(WRITES, (t) => ({ ...write(t), data: t.blob(), created_at: t.timestamp() }), {
      primaryKey,
      from: { data: bytesOf('data') },
      postgres: dropTextSql(WRITES, ['data']),
    });
    trackAnew(m);
  },
};
