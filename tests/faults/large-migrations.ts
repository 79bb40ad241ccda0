import type { Migration } from '@keelson/db-core';

export const READINGS = 20_000;

/** An application's migrations: the second one needs several megabytes, and has done much before it needs the last of them. */
export const largeMigrations: readonly [Migration, Migration] = [
  {
    name: 'acme_0001_readings',
    up(m) {
      m.createTable(
        'acme_readings',
        (t) => ({ user_id: t.userId(), id: t.text({ max: 40 }), note: t.text({ max: 200 }) }),
        { primaryKey: ['user_id', 'id'] },
      );
      m.execute(`
        INSERT INTO acme_readings (user_id, id, note)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${READINGS})
        SELECT 'ada', 'reading ' || i, 'a reading of the instrument at noon, number ' || i FROM n`);
    },
    down(m) {
      m.dropTables('acme_readings');
    },
  },
  {
    name: 'acme_0002_places',
    up(m) {
      m.createTable('acme_places', (t) => ({ name: t.text({ max: 40 }) }), { primaryKey: ['name'] });
      m.addColumn('acme_readings', 'place', (t) => t.text({ max: 40 }).default('the roof'));
      m.backfill('acme_readings', {
        set: `place = 'the cellar'`,
        where: `note LIKE '%7' AND place <> 'the cellar'`,
        key: ['user_id', 'id'],
      });
      m.createIndex('acme_readings_by_note', 'acme_readings', { columns: ['user_id', 'note'] });
      m.createIndex('acme_readings_by_place', 'acme_readings', { columns: ['user_id', 'place', 'note'] });
    },
    down(m) {
      m.dropIndex('acme_readings_by_place');
      m.dropIndex('acme_readings_by_note');
      m.dropColumn('acme_readings', 'place');
      m.dropTables('acme_places');
    },
  },
];
