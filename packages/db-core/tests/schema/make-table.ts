import type { Migration } from '../../src/schema/migration.ts';

/** A migration that makes one table, named as it. */
export function makesTable(name: string, more: Partial<Migration> = {}): Migration {
  const table = `table_${name}`;
  return {
    name,
    up(m) {
      m.createTable(table, (t) => ({ user_id: t.userId(), id: t.uuid(), note: t.text({ max: 50 }).nullable() }), {
        primaryKey: ['user_id', 'id'],
      });
    },
    down(m) {
      m.dropTables(table);
    },
    ...more,
  };
}
