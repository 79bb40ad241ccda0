import type { EngineKind } from '../engine/contract.ts';
import { ConfigurationError, MigrationFailedError, MigrationMissingDownError } from '../errors/index.ts';
import type { Migration } from './migration.ts';
import { type Direction, recordSql } from './recording.ts';
import { fileOf, placeOf } from './sequence.ts';
import { assertSameHistory, type MigrationStatus } from './status.ts';

/** A step that would be taken, with the SQL that it would run. */
export interface PlannedMigration {
  readonly name: string;
  readonly direction: Direction;
  /** Programs of the version before can't work with the database afterwards. */
  readonly breaking: boolean;
  /** All or nothing? */
  readonly transaction: boolean;
  readonly sql: readonly string[];
}

/** Keeps the migration itself beside what is shown of it. */
export interface Planned {
  readonly migration: Migration;
  readonly shown: PlannedMigration;
}

/** What is to be run, up to and including `to`. */
export async function planUp(
  status: MigrationStatus,
  migrations: readonly Migration[],
  to?: string,
): Promise<Planned[]> {
  assertSameHistory(status);
  const reverting = status.unfinished.find(({ state }) => state === 'reverting');
  if (reverting !== undefined) {
    throw new MigrationFailedError(`${reverting.name} was being undone when that was interrupted.`, {
      hint: 'Run `keelson rollback` to finish undoing it, then `keelson migrate`.',
    });
  }
  const names = migrations.map(({ name }) => name);
  const last = to === undefined ? names.length - 1 : placeOf(names, to);
  if (to !== undefined && last < names.findLastIndex((name) => status.applied.some((entry) => entry.name === name))) {
    throw new ConfigurationError(`The database is past ${to} already.`, {
      hint: `\`keelson rollback ${to}\` undoes what came after it.`,
    });
  }
  const due = migrations.filter(({ name }, place) => place <= last && status.pending.includes(name));
  return Promise.all(due.map((migration) => plan(status.engine, migration, 'up')));
}

/** What is to be undone, last first: what ran after `to`, or just the last one. `to` of `0000` undoes everything. */
export async function planDown(
  status: MigrationStatus,
  migrations: readonly Migration[],
  to?: string,
): Promise<Planned[]> {
  assertSameHistory(status);
  const ran = [...status.applied, ...status.unfinished].sort((a, b) => a.position - b.position).map(({ name }) => name);
  const kept = keptOf(ran, to);
  const undone = ran.slice(kept).reverse();
  const due = undone.map((name) => {
    const migration = migrations.find((candidate) => candidate.name === name);
    if (migration === undefined)
      throw new MigrationMissingDownError(`This program doesn't bring ${name}, so it can't undo it.`);
    if (migration.down === undefined)
      throw new MigrationMissingDownError(`${fileOf(name)} has no down; nothing was undone.`, {
        details: { migration: name },
      });
    return migration;
  });
  return Promise.all(due.map((migration) => plan(status.engine, migration, 'down')));
}

function keptOf(ran: readonly string[], to: string | undefined): number {
  if (to === undefined) return Math.max(0, ran.length - 1);
  return to === '0000' ? 0 : placeOf(ran, to) + 1;
}

async function plan(engine: EngineKind, migration: Migration, direction: Direction): Promise<Planned> {
  const { name, breaking = false, transaction = true } = migration;
  return {
    migration,
    shown: { name, direction, breaking, transaction, sql: await recordSql(migration, engine, direction) },
  };
}
