import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, engineOf } from '../database/database.ts';
import type { Engine } from '../engine/contract.ts';
import { KeelsonError } from '../errors/index.ts';
import { quoteName, quoteText } from '../schema/identifiers.ts';
import { runStatement } from '../schema/statements.ts';

/** What was done to the files, and what couldn't be. */
export interface StorageReport {
  readonly done: readonly string[];
  /** Each with its reason. */
  readonly left: readonly string[];
}

export interface CleanStorage {
  /** Those from which something was erased. */
  readonly tables: readonly string[];
  /**
   * Writes anew what held the rows, so that no byte of them is left in its pages: the whole file on SQLite, these tables on
   * PostgreSQL, each of them locked for as long as that takes.
   */
  readonly rewrite: boolean;
}

const CHECKPOINT_TRIES = 50;
const CHECKPOINT_PAUSE_MS = 100;

/** Has the engine forget the bytes of rows that are gone. */
export async function cleanStorage(database: Database, options: CleanStorage): Promise<StorageReport> {
  const engine = engineOf(database);
  const report = new Report(engine);
  if (engine.kind === 'sqlite') await cleanFile(engine, report, options);
  else await cleanServer(engine, report, options);
  return report;
}

class Report implements StorageReport {
  readonly done: string[] = [];
  readonly left: string[] = [];
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** What the engine refuses, for want of a right or of time, is told; the rows themselves are gone. */
  async attempt(what: string, sql: string): Promise<void> {
    try {
      await this.#engine.exec(sql);
      this.done.push(what);
    } catch (error) {
      if (!(error instanceof KeelsonError)) throw error;
      this.left.push(`Not done: ${what} (${error.message})`);
    }
  }
}

/**
 * SQLite overwrites rows as they are deleted. But where a page was split earlier, bytes of the rows that moved to the other
 * half may still lie between its cells; only a page that is written anew has none.
 */
async function cleanFile(engine: Engine, report: Report, { rewrite }: CleanStorage): Promise<void> {
  report.done.push('Rows were overwritten as they were deleted (secure_delete).');
  if (rewrite) {
    // The copy that is made meanwhile is as large as the database, which may be more than there is memory.
    await engine.exec('PRAGMA temp_store = FILE');
    await report.attempt('The file was written anew (VACUUM).', 'VACUUM');
    await engine.exec('PRAGMA temp_store = MEMORY');
  } else {
    report.left.push(
      'Gaps in pages of the file, which can hold old bytes until they are written over; `rewrite` leaves none.',
    );
  }
  if (await emptyLog(engine)) report.done.push('The write-ahead log was emptied.');
  else
    report.left.push(
      'The write-ahead log, until it is emptied: somebody was reading all the time. Stop long reads, and erase again.',
    );
}

async function emptyLog(engine: Engine): Promise<boolean> {
  for (let tries = 0; tries < CHECKPOINT_TRIES; tries += 1) {
    if (await engine.emptyLog()) return true;
    await sleep(CHECKPOINT_PAUSE_MS);
  }
  return false;
}

/** PostgreSQL keeps deleted rows in its pages. `VACUUM` frees their space, and later rows overwrite it. */
async function cleanServer(engine: Engine, report: Report, { tables, rewrite }: CleanStorage): Promise<void> {
  const vacuum = rewrite ? 'VACUUM (FULL, ANALYZE)' : 'VACUUM (ANALYZE)';
  for (const table of new Set([...tables, 'erasure_permits'])) {
    await report.attempt(`${vacuum} ${table}`, `${vacuum} ${quoteName(table)}`);
    const { rows } = await runStatement(engine, engine, { sql: `SELECT 1 FROM ${quoteName(table)} LIMIT 1` });
    if (rows.length === 0) await report.attempt(`Forgotten: the statistics of ${table}`, forgetStatistics(table));
  }
  const statistics = rewrite ? 'VACUUM (FULL)' : 'VACUUM';
  await report.attempt(`${statistics} pg_statistic`, `${statistics} pg_catalog.pg_statistic`);
  if (!rewrite) {
    report.left.push(
      'Free space in pages of the tables, which holds old bytes until new rows are written over them; `rewrite` leaves none.',
    );
    return;
  }
  // The next segment, so that those with the rows in them are of no more use after the checkpoint.
  await report.attempt('pg_switch_wal()', 'SELECT pg_switch_wal()');
  await report.attempt('CHECKPOINT', 'CHECKPOINT');
}

/** Of an empty table ANALYZE keeps the old ones, and samples of what its columns held are among them. */
function forgetStatistics(table: string): string {
  const name = quoteText(table);
  return `
    DO $$
    BEGIN
      IF current_setting('server_version_num')::integer >= 180000 THEN
        PERFORM pg_clear_attribute_stats(current_schema()::text, ${name}, attname::text, false)
        FROM pg_attribute WHERE attrelid = ${name}::regclass AND attnum > 0 AND NOT attisdropped;
      ELSE
        DELETE FROM pg_statistic WHERE starelid = ${name}::regclass;
      END IF;
    END
    $$`;
}
