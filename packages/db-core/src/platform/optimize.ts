import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Database, engineOf } from '../database/database.ts';
import type { Engine } from '../engine/contract.ts';
import { DiskFullError } from '../errors/index.ts';
import { quoteAnyName } from '../schema/identifiers.ts';
import { runStatement } from '../schema/statements.ts';

export interface OptimizeOptions {
  /**
   * Also make every index anew and, on SQLite, write the whole file anew without what is unused in it. That takes long; on
   * SQLite nobody else writes meanwhile, and this process does nothing else. Default: false.
   */
  readonly full?: boolean;
  /** Aborted when it shall stop: between two tables, or two steps. */
  readonly signal?: AbortSignal;
  /** How far it is, 0–100, and what comes next. */
  readonly onProgress?: (percent: number, stage: string) => Promise<void> | void;
}

/** What is better afterwards. */
export interface Upkeep {
  readonly sizeBytes: number;
  /** SQLite's log; null on PostgreSQL. */
  readonly walBytes: number | null;
  /** Unused pages of the file; null on PostgreSQL. */
  readonly freeBytes: number | null;
  /** Rows that are dead and not removed yet, as the server estimates; null on SQLite, which has none. */
  readonly deadRows: number | null;
}

export interface Optimized {
  readonly engine: Engine['kind'];
  readonly full: boolean;
  readonly before: Upkeep;
  readonly after: Upkeep;
  readonly durationMs: number;
}

interface Step {
  readonly stage: string;
  /** Null: SQLite's log is emptied, where nobody reads from it; otherwise that is left for the next time. */
  readonly sql: string | null;
}

/**
 * Gives the planner new figures of what is in the tables, and takes away what is of no use any more. PostgreSQL does much
 * of it by itself, SQLite nothing. Readers and writers go on meanwhile, unless it is asked to be full.
 *
 * @throws DiskFullError when a file is to be written anew and there is no room for that
 * @example
 * ```ts
 * const { before, after } = await optimizeDatabase(database, { full: true });
 * ```
 */
export async function optimizeDatabase(database: Database, options: OptimizeOptions = {}): Promise<Optimized> {
  const { full = false, signal, onProgress } = options;
  await database.connect();
  const engine = engineOf(database);
  const started = performance.now();
  const before = await upkeepOf(engine);
  const steps = engine.kind === 'sqlite' ? stepsForFile(full) : await stepsForServer(engine, full);
  if (engine.kind === 'sqlite' && full) await assertRoom(engine);
  for (const [index, { stage, sql }] of steps.entries()) {
    signal?.throwIfAborted();
    await onProgress?.((100 * index) / steps.length, stage);
    if (sql === null) await engine.emptyLog();
    else await engine.exec(sql);
  }
  const after = await upkeepOf(engine);
  return { engine: engine.kind, full, before, after, durationMs: Math.round(performance.now() - started) };
}

/** With this mask it looks at every table that may have changed, and reads a bounded part of each. */
const LOOK = { stage: 'figures for the planner', sql: 'PRAGMA optimize = 0x10002' };
const WRITE_BACK = { stage: 'write-ahead log', sql: null };

function stepsForFile(full: boolean): Step[] {
  if (!full) return [LOOK, WRITE_BACK];
  return [
    { stage: 'indexes', sql: 'REINDEX' },
    { stage: 'the file is written anew', sql: 'VACUUM' },
    { stage: LOOK.stage, sql: 'ANALYZE' },
    WRITE_BACK,
  ];
}

/** Table by table, so that it can be stopped between two. */
async function stepsForServer(engine: Engine, full: boolean): Promise<Step[]> {
  const { tables } = await engine.inspect();
  return tables.flatMap(({ name }) => [
    ...(full ? [{ stage: `indexes of ${name}`, sql: `REINDEX TABLE CONCURRENTLY ${quoteAnyName(name)}` }] : []),
    { stage: name, sql: `VACUUM (ANALYZE) ${quoteAnyName(name)}` },
  ]);
}

/** It makes a copy in the folder of temporary files, and writes it back through the log. */
async function assertRoom(engine: Engine): Promise<void> {
  const { location } = await engine.info();
  const size = statSync(location).size;
  const { bavail, bsize } = statfsSync(dirname(location));
  if (bavail * bsize >= 2 * size) return;
  throw new DiskFullError(
    `To write ${location} anew takes twice its ${size} bytes, and the disk has ${bavail * bsize} left.`,
  );
}

const PAGES = `SELECT (SELECT freelist_count FROM pragma_freelist_count) * (SELECT page_size FROM pragma_page_size) AS free`;
const DEAD = `select coalesce(sum(n_dead_tup), 0)::float8 as dead from pg_stat_user_tables where schemaname = current_schema()`;

async function upkeepOf(engine: Engine): Promise<Upkeep> {
  const { sizeBytes, walBytes } = await engine.info();
  const isFile = engine.kind === 'sqlite';
  const { rows } = await runStatement(engine, engine, { sql: isFile ? PAGES : DEAD });
  return {
    sizeBytes,
    walBytes,
    freeBytes: isFile ? Number(rows[0]?.['free']) : null,
    deadRows: isFile ? null : Number(rows[0]?.['dead']),
  };
}
