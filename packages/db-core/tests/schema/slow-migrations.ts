import { setTimeout as sleep } from 'node:timers/promises';
import type { Migration } from '../../src/schema/migration.ts';
import { makesTable } from './make-table.ts';

/** What a migration does when it has come half way. */
export type HalfWay = () => Promise<void>;

/** The second one stops half way: it has made a table and written rows, and has more to do. */
export function slowMigrations(transaction: boolean, halfWay: HalfWay): readonly Migration[] {
  return [
    makesTable('0001_first'),
    {
      name: '0002_slow',
      transaction,
      async up(m) {
        m.execute('CREATE TABLE IF NOT EXISTS slow (id integer PRIMARY KEY)');
        m.execute('DELETE FROM slow');
        m.execute(`INSERT INTO slow (id) VALUES (1), (2), (3)`);
        const rows = await m.query('SELECT count(*) AS counted FROM slow');
        if (rows.length > 0) await halfWay();
        m.execute('INSERT INTO slow (id) VALUES (4)');
      },
    },
    makesTable('0003_third'),
  ];
}

/** Long enough to be killed in, short enough to end if nobody does. */
export async function waitToBeKilled(): Promise<void> {
  process.stdout.write('half way\n');
  await sleep(20_000);
}
