import type { Migration } from '../src/schema/migration.ts';

/** The state of graphs that run in steps, as LangGraph's checkpointers keep it. */
export const migration: Migration = {
  name: '0013_checkpoints',

  up(m) {
    m.createTable(
      'conversation_checkpoints',
      (t) => ({
        user_id: t.userId(),
        id: t.text({ min: 1, max: 500 }),
        // Of a checkpoint; null in the values of channels that checkpoints refer to.
        thread_id: t.text({ min: 1, max: 255 }).nullable(),
        checkpoint_ns: t.text({ max: 4000 }).nullable(),
        checkpoint_id: t.text({ min: 1, max: 100 }).nullable(),
        parent_checkpoint_id: t.text({ min: 1, max: 100 }).nullable(),
        type: t.text({ min: 1, max: 255 }),
        data: t.blob(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          conversation_checkpoints_by_thread: {
            columns: ['user_id', 'thread_id', 'checkpoint_id desc', 'id desc'],
            where: 'checkpoint_id IS NOT NULL',
          },
          conversation_checkpoints_latest: {
            columns: ['user_id', 'checkpoint_id desc', 'id desc'],
            where: 'checkpoint_id IS NOT NULL',
          },
        },
        checks: {
          conversation_checkpoints_whole:
            '(thread_id IS NULL) = (checkpoint_id IS NULL) AND (checkpoint_ns IS NULL) = (checkpoint_id IS NULL) AND (parent_checkpoint_id IS NULL OR checkpoint_id IS NOT NULL)',
        },
      },
    );
    m.createTable(
      'conversation_checkpoint_writes',
      (t) => ({
        user_id: t.userId(),
        id: t.text({ min: 1, max: 500 }),
        // No foreign key: a step's writes may come before the checkpoint that they belong to.
        checkpoint: t.text({ min: 1, max: 500 }),
        task_id: t.text({ min: 1, max: 255 }),
        task_path: t.text({ max: 4000 }),
        idx: t.integer(),
        channel: t.text({ max: 4000 }),
        type: t.text({ min: 1, max: 255 }),
        data: t.blob(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: { conversation_checkpoint_writes_by_checkpoint: { columns: ['user_id', 'checkpoint'] } },
      },
    );
    for (const table of ['conversation_checkpoints', 'conversation_checkpoint_writes']) {
      m.trackChanges(table);
      m.protectRows(table);
    }
  },

  down(m) {
    for (const table of ['conversation_checkpoint_writes', 'conversation_checkpoints']) {
      m.unprotectRows(table);
      m.untrackChanges(table);
      m.dropTables(table);
    }
  },
};
