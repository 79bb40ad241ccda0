import type { Engine, EngineKind } from '../engine/contract.ts';
import { MigrationDriftError, MigrationPendingError, NewerSchemaError } from '../errors/index.ts';
import { type HistoryEntry, readHistory } from './history.ts';
import type { Migration } from './migration.ts';
import { checksumOf } from './recording.ts';
import { fileOf, parseMigrationName } from './sequence.ts';

/** How a database stands to the migrations that this program brings. */
export interface MigrationStatus {
  readonly engine: EngineKind;
  /** No migration ever ran. */
  readonly fresh: boolean;
  /** The one that ran last; null if none did. */
  readonly current: string | null;
  /** In the order in which they ran. */
  readonly applied: readonly HistoryEntry[];
  /** In the order in which they will run; one that was interrupted comes again. */
  readonly pending: readonly string[];
  /** Interrupted outside a transaction, so parts of it may be done. */
  readonly unfinished: readonly HistoryEntry[];
  /** Changed since they ran, renamed, or passed over. */
  readonly drifted: readonly Drift[];
  /** Ran by a newer version of this program. */
  readonly newer: readonly string[];
  /** Ran by another application, whose prefix this program brings nothing for. Not this program's business. */
  readonly foreign: readonly string[];
}

export interface Drift {
  readonly name: string;
  readonly problem: string;
}

/** Looks, changes nothing, and doesn't throw for what it finds. `migrations` is the whole sequence (`sequenceOf`). */
export async function migrationStatus(engine: Engine, migrations: readonly Migration[]): Promise<MigrationStatus> {
  const history = await readHistory(engine);
  const ran = new Map(history.map((entry) => [entry.name, entry]));
  const finished = history.filter(({ state }) => state === 'applied');
  const unknown = history
    .map(({ name }) => name)
    .filter((name) => migrations.every((migration) => migration.name !== name));
  const highest = highestNumbers(migrations.map(({ name }) => name));
  const appliedHighest = highestNumbers(finished.map(({ name }) => name));
  const drifted: Drift[] = [];
  const newer: string[] = [];
  const foreign: string[] = [];

  for (const name of unknown) {
    const { prefix, number } = parseMigrationName(name) ?? { prefix: '', number: Infinity };
    const known = highest.get(prefix);
    if (known === undefined && prefix !== '') foreign.push(name);
    else if (number > (known ?? 0)) newer.push(name);
    else drifted.push({ name, problem: 'ran here, but this program has another one of that number' });
  }
  for (const migration of migrations) {
    const entry = ran.get(migration.name);
    if (entry === undefined) {
      const { prefix, number } = parseMigrationName(migration.name) ?? { prefix: '', number: 0 };
      if (number < (appliedHighest.get(prefix) ?? 0))
        drifted.push({ name: migration.name, problem: 'never ran, but later ones did' });
    } else if (entry.state === 'applied' && entry.checksum !== (await checksumOf(migration, engine.kind))) {
      drifted.push({ name: migration.name, problem: `has changed since it ran on ${entry.appliedAt.toISOString()}` });
    }
  }
  return {
    engine: engine.kind,
    fresh: history.length === 0,
    current: finished.at(-1)?.name ?? null,
    applied: finished,
    pending: migrations.map(({ name }) => name).filter((name) => ran.get(name)?.state !== 'applied'),
    unfinished: history.filter(({ state }) => state !== 'applied'),
    drifted,
    newer,
    foreign,
  };
}

function highestNumbers(names: readonly string[]): Map<string, number> {
  const highest = new Map<string, number>();
  for (const name of names) {
    const { prefix, number } = parseMigrationName(name) ?? { prefix: '', number: 0 };
    highest.set(prefix, Math.max(number, highest.get(prefix) ?? 0));
  }
  return highest;
}

/** Throws `NewerSchemaError` or `MigrationDriftError` when this program's migrations can't be what made the database. */
export function assertSameHistory({ newer, drifted }: MigrationStatus): void {
  if (newer.length > 0) {
    throw new NewerSchemaError(`The database has migrations that this version doesn't know: ${newer.join(', ')}.`, {
      details: { newer },
    });
  }
  if (drifted.length > 0) {
    const list = drifted.map(({ name, problem }) => `${fileOf(name)} ${problem}`).join('; ');
    throw new MigrationDriftError(`The migrations are not the ones that made this database: ${list}.`, {
      details: { drifted },
    });
  }
}

/** What has to hold before a database is used: as `assertSameHistory`, and nothing pending (`MigrationPendingError`). */
export function assertUpToDate(status: MigrationStatus): void {
  assertSameHistory(status);
  const { pending, unfinished } = status;
  if (unfinished.length > 0) {
    const list = unfinished
      .map(({ name, state }) => `${name} (${state === 'reverting' ? 'being undone' : 'being run'})`)
      .join(', ');
    throw new MigrationPendingError(`Migrations were interrupted, or are under way: ${list}.`, {
      hint: unfinished.some(({ state }) => state === 'reverting')
        ? 'When no other process is at it, `keelson rollback` finishes undoing it.'
        : 'When no other process is at it, `keelson migrate` runs it again from its beginning.',
      details: { unfinished: unfinished.map(({ name, state }) => ({ name, state })) },
    });
  }
  if (pending.length > 0)
    throw new MigrationPendingError(`Migrations are pending: ${pending.join(', ')}.`, { details: { pending } });
}
