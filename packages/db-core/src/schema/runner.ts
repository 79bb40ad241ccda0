import type { Engine, EngineTransaction } from '../engine/contract.ts';
import { AmbiguousCommitError, ForeignDatabaseError, MigrationFailedError } from '../errors/index.ts';
import type { EventListener } from '../events/events.ts';
import { applySteps, failureOf } from './apply.ts';
import { createHistory, type HistoryEntry, readHistory, removeFromHistory, writeHistory } from './history.ts';
import type { Migration } from './migration.ts';
import { planDown, type Planned, type PlannedMigration, planUp } from './plan.ts';
import { checksumOf, type Direction } from './recording.ts';
import { fileOf } from './sequence.ts';
import { type MigrationStatus, migrationStatus } from './status.ts';

const WAIT_MS = 30_000;
const HISTORY = 'schema_migrations';
/** Of a foreign file's tables. */
const SHOWN = 10;

export interface RollbackOptions {
  /** The whole sequence (`sequenceOf`). */
  readonly migrations: readonly Migration[];
  /** A migration's number or name: `migrate` ends with it, `rollback` keeps it. */
  readonly to?: string;
  /** Only tell what would be done. */
  readonly dryRun?: boolean;
  /** Called once before anything changes, unless the database is empty or there is nothing to do. */
  readonly backup?: () => Promise<void>;
  /** Called with the breaking ones that are due, before anything changes, unless the database is empty. Throws to refuse. */
  readonly beforeBreaking?: (names: readonly string[]) => Promise<void>;
  /** Called with those that are to be undone, before anything changes. Throws to refuse. */
  readonly beforeUndoing?: (names: readonly string[]) => Promise<void>;
  readonly onEvent?: EventListener;
  /** Milliseconds to wait for another migrator, and for locks that others hold. Default 30,000. */
  readonly waitMs?: number;
}

export interface MigrateOptions extends RollbackOptions {
  /** Kept in the history. */
  readonly applicationVersion: string;
}

export interface MigrationRun {
  /** What was due, in order. */
  readonly plan: readonly PlannedMigration[];
  /** What was done; empty after a dry run. */
  readonly done: readonly { readonly name: string; readonly durationMs: number }[];
}

/** What `migrate` would do. */
export async function planMigrations(
  engine: Engine,
  { migrations, to }: { migrations: readonly Migration[]; to?: string },
): Promise<readonly PlannedMigration[]> {
  return shown(await planUp(await migrationStatus(engine, migrations), migrations, to));
}

/**
 * Runs what is pending, each migration in a transaction of its own, while no other process can.
 *
 * Throws `NewerSchemaError` and `MigrationDriftError` before anything is done, `MigrationLockedError` when another one is
 * at it for longer than `waitMs`, `ForeignDatabaseError` for a SQLite file of another program, `MigrationFailedError` when
 * a step fails; those before it stay done.
 */
export function migrate(engine: Engine, options: MigrateOptions): Promise<MigrationRun> {
  return run(engine, options, 'up', options.applicationVersion);
}

/**
 * Undoes the last migration, or all that ran after `to`. Throws `MigrationMissingDownError` before anything is undone if
 * one of them can't be, otherwise as `migrate`.
 */
export function rollback(engine: Engine, options: RollbackOptions): Promise<MigrationRun> {
  return run(engine, options, 'down', '');
}

async function run(
  engine: Engine,
  options: RollbackOptions,
  direction: Direction,
  applicationVersion: string,
): Promise<MigrationRun> {
  const { migrations, to, dryRun = false, waitMs = WAIT_MS } = options;
  const plan = (status: MigrationStatus): Promise<Planned[]> =>
    (direction === 'up' ? planUp : planDown)(status, migrations, to);
  const found = await migrationStatus(engine, migrations);
  const expected = await plan(found);
  if (found.fresh && expected.length > 0) await refuseForeign(engine, migrations);
  if (dryRun || expected.length === 0) return { plan: shown(expected), done: [] };

  return await engine.withLock('migrations', waitMs, async () => {
    // Another migrator may have done it all while we waited.
    const status = await migrationStatus(engine, migrations);
    const due = await plan(status);
    const breaking =
      direction === 'up' ? due.filter((one) => one.shown.breaking).map(({ migration }) => migration.name) : [];
    if (breaking.length > 0 && !status.fresh) await options.beforeBreaking?.(breaking);
    if (direction === 'down' && due.length > 0)
      await options.beforeUndoing?.(due.map(({ migration }) => migration.name));
    if (due.length > 0 && !status.fresh) await options.backup?.();
    await createHistory(engine);
    const done: { name: string; durationMs: number }[] = [];
    for (const { migration } of due) {
      const durationMs = await runOne(engine, { migration, direction, applicationVersion, waitMs });
      options.onEvent?.({ type: 'migration', name: migration.name, direction, durationMs });
      done.push({ name: migration.name, durationMs });
    }
    return { plan: shown(due), done };
  });
}

/**
 * A file with tables and without a history is another program's, named by mistake: it is left as it is. On a server others
 * may well have tables beside these; those of the same name are found by the migration that would make them.
 */
async function refuseForeign(engine: Engine, migrations: readonly Migration[]): Promise<void> {
  if (engine.kind !== 'sqlite') return;
  const { tables } = await engine.inspect();
  const names = tables.map(({ name }) => name).filter((name) => name !== HISTORY);
  if (names.length === 0) return;
  // Another process may have made them since the history was read: a table of ours is there no sooner than its entry.
  if (!(await migrationStatus(engine, migrations)).fresh) return;
  const shownNames = names.length > SHOWN ? [...names.slice(0, SHOWN), '…'] : names;
  throw new ForeignDatabaseError(
    `The file has tables and none of Keelson's migrations, so it is another program's. Found: ${shownNames.join(', ')}.`,
    { details: { tables: names } },
  );
}

interface Work {
  readonly migration: Migration;
  readonly direction: Direction;
  readonly applicationVersion: string;
  readonly waitMs: number;
}

async function runOne(engine: Engine, work: Work): Promise<number> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  const { migration, direction } = work;
  const entry = await entryOf(engine, work);
  if (migration.transaction ?? true) {
    const transaction = await engine.begin({ mode: 'exclusive-schema', waitMs: work.waitMs });
    await inTransaction(transaction, work, async () => {
      await boundWait(engine, transaction, work.waitMs);
      await applySteps(engine, transaction, migration, direction);
      if (direction === 'up') await writeHistory(engine, transaction, { ...entry, durationMs: elapsed() });
      else await removeFromHistory(engine, transaction, migration.name);
    });
    return elapsed();
  }
  // Entered first: if this process dies, the next one is told that the migration may be half done.
  await writeHistory(engine, engine, { ...entry, state: direction === 'up' ? 'running' : 'reverting' });
  try {
    await applySteps(engine, engine, migration, direction);
  } catch (error) {
    throw failureOf(migration, fileOf(migration.name), direction, error);
  }
  if (direction === 'up')
    await writeHistory(engine, engine, { ...entry, appliedAt: new Date(), durationMs: elapsed() });
  else await removeFromHistory(engine, engine, migration.name);
  return elapsed();
}

async function entryOf(engine: Engine, { migration, direction, applicationVersion }: Work): Promise<HistoryEntry> {
  const history = await readHistory(engine);
  const known = history.find(({ name }) => name === migration.name);
  if (direction === 'down' && known !== undefined) return known;
  return {
    name: migration.name,
    position: known?.position ?? (history.at(-1)?.position ?? 0) + 1,
    checksum: await checksumOf(migration, engine.kind),
    engine: engine.kind,
    state: 'applied',
    appliedAt: new Date(),
    durationMs: 0,
    appVersion: applicationVersion,
  };
}

async function inTransaction(
  transaction: EngineTransaction,
  { migration, direction }: Work,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    await transaction.rollback();
    throw failureOf(migration, fileOf(migration.name), direction, error);
  }
  await commit(transaction, migration);
}

/** Constraints that wait for the end of the transaction speak here. */
async function commit(transaction: EngineTransaction, migration: Migration): Promise<void> {
  try {
    await transaction.commit();
  } catch (cause) {
    // Nobody knows then whether it was committed, so it can't be said that it wasn't.
    if (cause instanceof AmbiguousCommitError) throw cause;
    throw new MigrationFailedError(
      `${fileOf(migration.name)} failed when it was committed: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        details: { migration: migration.name },
      },
    );
  }
}

/** A migration may take its time once it has begun, but it must not hold up everybody while it waits for a table. */
async function boundWait(engine: Engine, transaction: EngineTransaction, waitMs: number): Promise<void> {
  if (engine.kind === 'postgres') await transaction.exec(`SET LOCAL lock_timeout = ${Math.max(1, Math.round(waitMs))}`);
}

function shown(planned: readonly Planned[]): PlannedMigration[] {
  return planned.map((one) => one.shown);
}
