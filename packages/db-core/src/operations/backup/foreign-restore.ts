import { Erasures } from '../../care/erasures.ts';
import type { Erasure } from '../../care/ledger.ts';
import type { DatabaseConfig } from '../../config/index.ts';
import type { Database } from '../../database/database.ts';
import { readIdentity } from '../../platform/identity.ts';
import { readInstances } from '../../platform/instances.ts';
import { RestoreRefusedError } from './errors.ts';
import { ledgerOf } from './ledger.ts';
import { assertKnownMigrations, openRestored, type RestoreOptions, settleRestored } from './restored.ts';

export interface SettleForeign extends Pick<RestoreOptions, 'config' | 'migrations' | 'signal' | 'onEvent'> {
  /** The database as it was before, where it can still be read: what was erased there must not come back. */
  readonly erasuresFrom?: DatabaseConfig;
  /** Also while programs run on it. Default: false. */
  readonly force?: boolean;
  /** Say what would be done. Default: false. */
  readonly dryRun?: boolean;
  /** Asked before anything changes. It throws to leave everything as it is. */
  readonly confirm?: (database: Pick<SettledDatabase, 'databaseId' | 'environment'>) => Promise<void>;
}

export interface SettledDatabase {
  readonly databaseId: string;
  readonly environment: string;
  /** False after a dry run. */
  readonly settled: boolean;
  /** Migrations that ran, or with a dry run would. */
  readonly migrated: readonly string[];
  /** Entries of the ledgers that were gone through again. */
  readonly erasures: number;
}

/**
 * For a database that something else brought back: PostgreSQL's archive of its log, `pg_restore`, a snapshot of a disk. It
 * begins a new epoch of the change feed, because positions of the time that is undone would point to other changes; forgets
 * the programs that ran; runs pending migrations; and erases again what was erased. Doing it twice does no harm.
 *
 * @throws RestoreRefusedError, NewerSchemaError, before anything has changed
 */
export async function settleForeignRestore(options: SettleForeign): Promise<SettledDatabase> {
  const { erasuresFrom, confirm, force = false, dryRun = false, ...opening } = options;
  const database = openRestored(opening, {});
  try {
    await database.connect();
    const identity = await readIdentity(database);
    if (identity === undefined) throw await nameless(database);
    await assertKnownMigrations(database);
    if (!force) await assertNobodyRuns(database);
    const { id: databaseId, environment } = identity;
    const before = erasuresFrom === undefined ? [] : await erasedIn({ ...opening, config: erasuresFrom }, databaseId);
    const { pending } = await database.migrations.status();
    if (dryRun) return { databaseId, environment, settled: false, migrated: pending, erasures: before.length };
    await confirm?.({ databaseId, environment });
    const migrated = await settleRestored(database, {
      backup: { takenAt: null },
      erased: before,
      since: null,
      signal: opening.signal,
    });
    const erasures = (await new Erasures(database).list()).length;
    return { databaseId, environment, settled: true, migrated, erasures };
  } finally {
    await database.close();
  }
}

async function nameless(database: Database): Promise<RestoreRefusedError> {
  const { fresh } = await database.migrations.status();
  return fresh
    ? new RestoreRefusedError('There is no database of Keelson.', { hint: 'Give its URL: --url.' })
    : new RestoreRefusedError('The database has no identity, by which it is told from others.', {
        hint: 'No command was ever used on it. Run `keelson init`, which gives it one, and this again.',
      });
}

async function erasedIn(options: RestoreOptions, databaseId: string): Promise<readonly Erasure[]> {
  const before = openRestored(options, {});
  try {
    await before.connect();
    const id = (await readIdentity(before))?.id ?? null;
    if (id !== databaseId)
      throw new RestoreRefusedError('The ledger of erasures is of another database.', {
        hint: 'Give the URL of the database as it was before.',
        details: { database: databaseId, other: id },
      });
  } finally {
    await before.close();
  }
  return ledgerOf(options);
}

async function assertNobodyRuns(database: Database): Promise<void> {
  const live = (await readInstances(database)) ?? [];
  if (live.length === 0) return;
  const names = live.map(({ kind, host, pid }) => `${kind} (process ${pid} on ${host})`).join(', ');
  throw new RestoreRefusedError(`Programs run on the database, or ran a moment before it was restored: ${names}.`, {
    hint: 'Stop them. One that is gone is forgotten after a minute and a half; --force does not wait.',
    details: { instances: live.map(({ id }) => id) },
  });
}
