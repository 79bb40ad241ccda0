import type { ScrubbedTable } from '../../care/scrub/scrubbed-tables.ts';
import { type Database, engineOf } from '../../database/database.ts';
import { newId } from '../../database/ids.ts';
import type { Engine } from '../../engine/contract.ts';
import { RestoreRefusedError } from '../backup/errors.ts';
import { constraintsAway } from '../backup/postgres-constraints.ts';
import {
  beginSnapshot,
  insertRows,
  readRows,
  type StoredTable,
  storedTables,
  type TextRow,
} from '../backup/postgres-rows.ts';
import { currentSchema, dropSchema, newSchema, sweepSchemas, swapSchemas } from '../backup/postgres-schemas.ts';
import { openRestored } from '../backup/restored.ts';
import type { Scrubbing } from './scrub.ts';

const WAIT_MS = 30_000;

/**
 * Fills a schema beside the empty one with rows that are replaced on their way, so that nothing personal ever reaches the
 * other server, and lets it take the empty one's place. Gives how many rows each table has; undefined when it only looked.
 */
export async function scrubServer(
  database: Database,
  scrubbing: Scrubbing,
): Promise<ReadonlyMap<string, number> | undefined> {
  const { to, dryRun = false } = scrubbing;
  const target = openRestored({ config: to }, {});
  try {
    await target.connect();
    const engine = engineOf(target);
    if ((await engine.inspect()).tables.length > 0)
      throw new RestoreRefusedError('There are tables in the database that the copy is to be made in.', {
        hint: 'Give the URL of an empty database. A copy never takes the place of anything.',
      });
    if (dryRun) return undefined;
    return await engine.withLock('restore', WAIT_MS, async () => {
      const schema = await currentSchema(engine);
      await sweepSchemas(engine, schema);
      const place = `${schema.slice(0, 30)}_restore_${newId().slice(-12)}`;
      const searchPath = await newSchema(engine, place, schema);
      const copy = openRestored({ config: to }, { searchPath });
      let isSwapped = false;
      try {
        await copy.connect();
        await copy.migrations.migrate();
        const counts = await load(engineOf(database), engineOf(copy), scrubbing);
        await scrubbing.settle(copy);
        await copy.close();
        scrubbing.signal?.throwIfAborted();
        await swapSchemas(engine, { schema, place, keep: false });
        isSwapped = true;
        return counts;
      } finally {
        await copy.close();
        if (!isSwapped) await dropSchema(engine, place);
      }
    });
  } finally {
    await target.close();
  }
}

async function load(from: Engine, to: Engine, { tables, signal, onProgress }: Scrubbing): Promise<Map<string, number>> {
  const places = new Map((await storedTables(to, to)).map((table) => [table.name, table]));
  const constraints = await constraintsAway(to, [...places.keys()]);
  const counts = new Map<string, number>();
  const snapshot = await beginSnapshot(from);
  try {
    for (const table of await storedTables(from, snapshot)) {
      const scrubbed = tables.get(table.name);
      const place = places.get(table.name);
      if (scrubbed === undefined || scrubbed.emptied !== null || place === undefined) continue;
      onProgress?.({ stage: 'copying', table: table.name });
      const replace = rowOf(table, scrubbed);
      let count = 0;
      for await (const { rows } of readRows(from, snapshot, table)) {
        signal?.throwIfAborted();
        await insertRows(to, { name: table.name, columns: table.columns }, rows.map(replace));
        count += rows.length;
      }
      counts.set(table.name, count);
    }
  } finally {
    await snapshot.rollback();
  }
  onProgress?.({ stage: 'checking' });
  // Also looks whether every row finds what it refers to.
  await constraints.back();
  return counts;
}

function rowOf({ columns }: StoredTable, { replaced }: ScrubbedTable): (row: TextRow) => TextRow {
  const replacements = columns.map(({ name }) => replaced.get(name));
  return (row) =>
    row.map((value, index) => {
      const replace = replacements[index];
      return replace === undefined || value === null ? value : replace(value);
    });
}
