import type { Migration } from '../src/schema/migration.ts';

/** The state of graphs that run in steps, as LangGraph's checkpointers keep it. */
export const migration: Migration = {
  name: '0016_checkpoints',

  up(m) {
    m.createTable(
      'conversation_checkpoints',
      (t) => ({
        user_id: t.userId(),
        id: t.text({ min: 1, max: 200 }),
        thread_id: t.text({ min: 1, max: 255 }),
        checkpoint_ns: t.text({ max: 4000 }),
        checkpoint_id: t.text({ min: 1, max: 100 }),
        parent_checkpoint_id: t.text({ min: 1, max: 100 }).nullable(),
        type: t.text({ min: 1, max: 255 }),
        state: t.blob(),
        channel_values: t.blob(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          conversation_checkpoints_by_thread: {
            columns: ['user_id', 'thread_id', 'checkpoint_id', 'id'],
          },
        },
      },
    );
    m.createTable(
      'conversation_checkpoint_writes',
      (t) => ({
        user_id: t.userId(),
        // It begins as that of its checkpoint. No foreign key: a step's writes may come before the checkpoint.
        id: t.text({ min: 1, max: 500 }),
        task_id: t.text({ min: 1, max: 255 }),
        task_path: t.text({ max: 4000 }),
        idx: t.integer(),
        channel: t.text({ max: 4000 }),
        type: t.text({ min: 1, max: 255 }),
        data: t.blob(),
        created_at: t.timestamp(),
      }),
      { primaryKey: ['user_id', 'id'] },
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
