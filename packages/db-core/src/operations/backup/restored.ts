import { Erasures } from '../../care/erasures.ts';
import type { Erasure } from '../../care/ledger.ts';
import { clearTraces } from '../../care/traces.ts';
import type { DatabaseConfig } from '../../config/index.ts';
import { type Database, engineOf } from '../../database/database.ts';
import {
  CorruptDatabaseError,
  DatabaseNotFoundError,
  NewerSchemaError,
  NotADatabaseError,
} from '../../errors/index.ts';
import type { EventListener } from '../../events/events.ts';
import { openDatabase } from '../../open-database.ts';
import { readIdentity } from '../../platform/identity.ts';
import { readInstances } from '../../platform/instances.ts';
import type { Migration } from '../../schema/migration.ts';
import type { BackupProgress } from './backup.ts';
import { RestoreRefusedError } from './errors.ts';
import type { VerifiedBackup } from './verify.ts';

export interface RestoreOptions {
  /** Where to: the database that the backup replaces, or one that isn't there or has no tables yet. */
  readonly config: DatabaseConfig;
  /** An application's own migrations; they follow Keelson's. */
  readonly migrations?: readonly Migration[];
  /**
   * The last moment that may be in it: increments that go on from the backup are restored as well, up to the last one that
   * isn't later. Default: what the file itself holds.
   */
  readonly to?: Date;
  /** Also over a database on which programs run, or that can't be read any more. Default: false. */
  readonly force?: boolean;
  /** Verify all of it, and say what would be done. Default: false. */
  readonly dryRun?: boolean;
  /**
   * Asked, once the backup has been verified and before anything changes, where a database would be replaced. It throws to
   * leave everything as it is.
   */
  readonly confirm?: (backup: VerifiedBackup) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BackupProgress) => void;
  readonly onEvent?: EventListener;
}

/** A drill does everything but to let the restored database take the other one's place. */
export interface RestoreRun extends RestoreOptions {
  readonly isDrill: boolean;
}

export interface Restored {
  /** What was restored: of its last increment, if it has any, with the tables as they are then. */
  readonly backup: VerifiedBackup;
  /** How many increments were brought in. */
  readonly increments: number;
  /** As it is: what was committed until then is in it, what came later isn't. Null for a plain file, which doesn't say. */
  readonly reached: Date | null;
  /** The next moment that could be reached, where another one was asked for; null where that is the last. */
  readonly next: Date | null;
  /** False after a dry run. */
  readonly restored: boolean;
  /** What was there before: a file beside the database, or a schema of it. Null where nothing was. */
  readonly kept: string | null;
  /** Migrations that ran on the restored database, because it was older than this program. */
  readonly migrated: readonly string[];
  readonly durationMs: number;
}

/** What an engine's part of it gives. */
export type Done = Omit<Restored, 'durationMs' | 'increments' | 'reached' | 'next'>;

/** A database with this configuration, apart from where it is; nobody else's settings must make it do anything by itself. */
export function openRestored(options: RestoreOptions, change: Partial<DatabaseConfig>): Database {
  const { config, migrations, onEvent } = options;
  return openDatabase({
    config: {
      ...config,
      read: { ...config.read, replicas: [] },
      migrations: { autoUpgrade: false, backupBeforeUpgrade: false },
      cache: { hotBytes: 0, warmBytes: 0, redisUrl: undefined },
      // Whole tables are read and written.
      statementTimeoutMs: 0,
      transactionTimeoutMs: 0,
      rowSecurity: false,
      ...change,
    },
    create: false,
    applicationName: 'keelson restore',
    ...(migrations === undefined ? {} : { migrations }),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

/** Is there a database to be replaced? Refuses to replace one that isn't the backup's, or is in use. */
export async function assertReplaceable(
  database: Database,
  backup: VerifiedBackup,
  { force = false }: RestoreOptions,
): Promise<'nothing' | 'database' | 'unreadable'> {
  try {
    await database.connect();
    const { fresh } = await database.migrations.status();
    if (fresh) return (await hasTables(database)) ? refuseForeign() : 'nothing';
    const databaseId = (await readIdentity(database))?.id ?? null;
    if (databaseId !== backup.databaseId && (databaseId !== null || !force)) {
      throw new RestoreRefusedError('The backup is of another database than the one that it would replace.', {
        hint: 'Restore it to a place where no database is: give --url.',
        details: { database: databaseId, backup: backup.databaseId },
      });
    }
    const live = force ? [] : ((await readInstances(database)) ?? []);
    if (live.length === 0) return 'database';
    const names = live.map(({ kind, host, pid }) => `${kind} (process ${pid} on ${host})`).join(', ');
    throw new RestoreRefusedError(`Programs run on the database: ${names}.`, {
      hint: 'Stop them. One that died is taken for gone after a minute and a half. --force does it all the same; they must be started anew then.',
      details: { instances: live.map(({ id }) => id) },
    });
  } catch (error) {
    if (error instanceof DatabaseNotFoundError) return 'nothing';
    if (!(error instanceof CorruptDatabaseError || error instanceof NotADatabaseError)) throw error;
    if (force) return 'unreadable';
    throw new RestoreRefusedError(`What is there can't be read, so nobody knows what it is: ${error.message}`, {
      cause: error,
      hint: 'It is kept beside the restored one with --force.',
    });
  }
}

function refuseForeign(): never {
  throw new RestoreRefusedError('There are tables, and they are none of Keelson.', {
    hint: 'Restore it to a place where no database is: give --url.',
  });
}

async function hasTables(database: Database): Promise<boolean> {
  return (await engineOf(database).inspect()).tables.length > 0;
}

interface Settling {
  /** When it was taken; null: not known. */
  readonly backup: Pick<VerifiedBackup, 'takenAt'>;
  /** The ledger of the database that it replaces. */
  readonly erased: readonly Erasure[];
  /** The moment of the full backup. What was erased between that one and this is gone from the rows that were brought in. */
  readonly since: Date | null;
  readonly signal?: AbortSignal | undefined;
}

/** Brings a restored database up to date and into a new epoch, and erases again what was erased since the backup; nobody knows it yet. Gives the migrations that ran. */
export async function settleRestored(
  database: Database,
  { backup, erased, since: begun, signal }: Settling,
): Promise<readonly string[]> {
  signal?.throwIfAborted();
  // Programs that it names ran on what it was taken from; whether any run on this one was asked before.
  const { done } = await database.migrations.migrate({ force: true });
  await database.initialize();
  await forgetInstances(database);
  await database.changes.startEpoch();
  const since = backup.takenAt;
  if (begun !== null && since !== null && begun < since) await clearTraces(database, { since: begun, until: since });
  await new Erasures(database).apply({ ledger: erased, ...(since === null ? {} : { since }) });
  signal?.throwIfAborted();
  return done.map(({ name }) => name);
}

async function forgetInstances(database: Database): Promise<void> {
  await engineOf(database).exec('DELETE FROM app_instances');
}

/** A backup that this program can't run on, told in the words of restoring. */
export async function assertKnownMigrations(database: Database): Promise<void> {
  const { newer, drifted } = await database.migrations.status();
  if (newer.length > 0)
    throw new NewerSchemaError(`The backup has migrations that this version doesn't know: ${newer.join(', ')}.`, {
      hint: 'Restore it with the version of this program that made it, or a newer one.',
      details: { newer },
    });
  if (drifted.length > 0)
    throw new RestoreRefusedError(
      `The migrations in the backup are not this program's: ${drifted.map(({ name, problem }) => `${name} ${problem}`).join('; ')}.`,
      { hint: 'Restore it with the version of this program that made it.', details: { drifted } },
    );
}
