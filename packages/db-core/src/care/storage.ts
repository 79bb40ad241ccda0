import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, engineOf } from '../database/database.ts';
import type { Engine } from '../engine/contract.ts';
import { KeelsonError } from '../errors/index.ts';
import { quoteName } from '../schema/identifiers.ts';
import { runStatement } from '../schema/statements.ts';

/** What was done to the files, and what couldn't be. */
export interface StorageReport {
  readonly done: readonly string[];
  /** Each with its reason. */
  readonly left: readonly string[];
}

const CHECKPOINT_TRIES = 50;
const CHECKPOINT_PAUSE_MS = 100;

/**
 * Has the engine forget the bytes of rows that are gone. SQLite overwrites them as they go, so that only its write-ahead log
 * is left. PostgreSQL keeps them in the pages of its files: `VACUUM` frees their space, and later rows overwrite it;
 * `rewrite` writes the tables anew, without them, for which each is locked as long as that takes.
 */
export async function cleanStorage(
  database: Database,
  { tables, rewrite }: { readonly tables: readonly string[]; readonly rewrite: boolean },
): Promise<StorageReport> {
  const engine = engineOf(database);
  return engine.kind === 'sqlite' ? cleanFile(engine) : cleanServer(engine, { tables, rewrite });
}

async function cleanFile(engine: Engine): Promise<StorageReport> {
  const overwritten = 'Rows were overwritten as they were deleted (secure_delete).';
  for (let tries = 0; tries < CHECKPOINT_TRIES; tries += 1) {
    const { rows } = await runStatement(engine, engine, {
      sql: 'PRAGMA wal_checkpoint(TRUNCATE)',
      writes: true,
      returnsRows: true,
    });
    if (Number(rows[0]?.['busy']) === 0) return { done: [overwritten, 'The write-ahead log was emptied.'], left: [] };
    await sleep(CHECKPOINT_PAUSE_MS);
  }
  return {
    done: [overwritten],
    left: [
      'The write-ahead log could not be emptied: somebody was reading all the time. Stop long reads, and erase again.',
    ],
  };
}

async function cleanServer(
  engine: Engine,
  { tables, rewrite }: { readonly tables: readonly string[]; readonly rewrite: boolean },
): Promise<StorageReport> {
  const done: string[] = [];
  const left: string[] = [];
  const attempt = async (what: string, sql: string): Promise<void> => {
    try {
      await engine.exec(sql);
      done.push(what);
    } catch (error) {
      if (!(error instanceof KeelsonError)) throw error;
      left.push(`Not done: ${what} (${error.message})`);
    }
  };
  const vacuum = rewrite ? 'VACUUM (FULL, ANALYZE)' : 'VACUUM (ANALYZE)';
  for (const table of tables) await attempt(`${vacuum} ${table}`, `${vacuum} ${quoteName(table)}`);
  // Samples of what columns held are in there.
  const statistics = rewrite ? 'VACUUM (FULL)' : 'VACUUM';
  await attempt(`${statistics} pg_statistic`, `${statistics} pg_catalog.pg_statistic`);
  if (!rewrite) {
    left.push(
      'Free space within the pages of tables holds old bytes until new rows overwrite them; `rewrite` leaves none.',
    );
    return { done, left };
  }
  // The next segment, so that those with the rows in them are of no more use after the checkpoint.
  await attempt('pg_switch_wal()', 'SELECT pg_switch_wal()');
  await attempt('CHECKPOINT', 'CHECKPOINT');
  return { done, left };
}
