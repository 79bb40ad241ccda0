import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isOfVectorIndex } from '../../care/vector-index.ts';
import { type Database, engineOf } from '../../database/database.ts';
import { faultsOfFile, type StoredValue } from '../../engine/sqlite/copy.ts';
import { withLockFile } from '../../engine/sqlite/lock-file.ts';
import { rewriteFile } from '../../engine/sqlite/rewrite.ts';
import { InternalError } from '../../errors/index.ts';
import { RestoreRefusedError } from '../backup/errors.ts';
import { inWorkFolder, keepAs, prepareFolder } from '../backup/folder.ts';
import { openRestored } from '../backup/restored.ts';
import type { Scrubbing } from './scrub.ts';

const WAIT_MS = 30_000;

/** Gives how many rows each table has; undefined when it only looked. */
export async function scrubFile(
  database: Database,
  path: string,
  scrubbing: Scrubbing,
): Promise<ReadonlyMap<string, number> | undefined> {
  const { target } = database.config;
  if (target.engine !== 'sqlite') throw new InternalError('The source is no SQLite file.');
  const source = resolve(target.path);
  for (const ending of ['', '-wal', '-shm', '-journal'])
    if (existsSync(path + ending))
      throw new RestoreRefusedError(`${path + ending} is there already.`, {
        hint: 'Name a file that is not there yet. A copy never takes the place of anything.',
      });
  if (scrubbing.dryRun === true) return undefined;
  await prepareFolder(dirname(path));
  return await withLockFile(`${path}-lock-scrub`, WAIT_MS, () =>
    inWorkFolder(dirname(path), `scrub-${basename(path)}`, async (place) => {
      const copy = join(place, 'scrubbed.db');
      const counts = await rewriteFile(source, copy, {
        isLeftOut: isOfVectorIndex,
        rowOf: (table, columns) => rowOf(scrubbing, table, columns),
        onTable: (table) => scrubbing.onProgress?.({ stage: 'copying', table }),
        signal: scrubbing.signal,
      });
      await settle(copy, scrubbing);
      scrubbing.onProgress?.({ stage: 'checking' });
      const faults = await faultsOfFile(copy, scrubbing.signal);
      if (faults.length > 0) throw new InternalError(`The copy is not sound: ${faults.join('; ')}.`);
      scrubbing.signal?.throwIfAborted();
      // A second name fails where somebody else has made such a file meanwhile; the first one goes with the work folder.
      await keepAs(copy, path);
      return counts;
    }),
  );
}

function rowOf(
  { tables }: Scrubbing,
  name: string,
  columns: readonly string[],
): ((row: readonly StoredValue[]) => StoredValue[]) | null {
  const table = tables.get(name);
  // A table that isn't known has come since its columns were looked at.
  if (table === undefined || table.emptied !== null) return null;
  const replacements = columns.map((column) => table.replaced.get(column));
  return (row) =>
    row.map((value, index) => {
      const replace = replacements[index];
      return replace === undefined || typeof value !== 'string' ? value : replace(value);
    });
}

async function settle(copy: string, { to, settle: work }: Scrubbing): Promise<void> {
  const database = openRestored({ config: to }, { target: { engine: 'sqlite', path: copy, url: '' } });
  try {
    await work(database);
    // Only the one file is put in place.
    if (!(await engineOf(database).emptyLog())) throw new RestoreRefusedError(`Somebody reads ${copy}.`);
  } finally {
    await database.close();
  }
}
