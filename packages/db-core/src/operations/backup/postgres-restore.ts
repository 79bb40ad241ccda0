import { dirname, join } from 'node:path';
import { type Database, engineOf } from '../../database/database.ts';
import { newId } from '../../database/ids.ts';
import type { Engine } from '../../engine/contract.ts';
import { DiskFullError, MigrationFailedError } from '../../errors/index.ts';
import { quoteName } from '../../schema/identifiers.ts';
import type { Chain } from './chain.ts';
import { BackupDamagedError, BackupUnknownError, RestoreRefusedError } from './errors.ts';
import { ledgerOf } from './ledger.ts';
import { BackupReader, parseJson } from './file.ts';
import { BLOCKS, type Manifest, OMITTED, rowsSchema } from './format.ts';
import { bringInIncrement, searchTriggersOn } from './postgres-bring-in.ts';
import { constraintsAway } from './postgres-constraints.ts';
import { beginSnapshot, insertRows, readRows, setSequences, type StoredTable, storedTables } from './postgres-rows.ts';
import { currentSchema, dropSchema, newSchema, sweepSchemas, swapSchemas } from './postgres-schemas.ts';
import {
  assertKnownMigrations,
  assertReplaceable,
  openRestored,
  type Done,
  type RestoreOptions,
  type RestoreRun,
  settleRestored,
} from './restored.ts';
import { TableSums } from './sums.ts';
import { ChainSums, type UnpackedChain, unpackChain } from './unpack-chain.ts';
import { engineOfBackup, type VerifiedBackup } from './verify.ts';

const WAIT_MS = 30_000;

/** Loads a backup into a schema of its own, and lets that take the place of the one that programs use. */
export async function restoreServer(chain: Chain, options: RestoreRun): Promise<Done> {
  const { config, signal, onProgress, dryRun = false } = options;
  // Known before it is unpacked, because only a SQLite database leaves a file.
  if ((await engineOfBackup(chain[0])) !== 'postgres')
    throw new BackupUnknownError(`${chain[0]} is of a SQLite database, and the place is on a PostgreSQL server.`, {
      hint: 'Give the URL of a SQLite file: --url sqlite:///data/keelson.db.',
    });
  // All of it is read before the server is asked for anything; nothing is unpacked into files.
  const none = join(dirname(chain[0]), 'none');
  const unpacked = await unpackChain(chain, none, none, { secretKeys: config.secretKeys, signal, onProgress });
  const { backup } = unpacked;
  const current = openRestored(options, {});
  try {
    const state = await assertReplaceable(current, backup, options);
    const engine = engineOf(current);
    return await engine.withLock('restore', WAIT_MS, async () => {
      const schema = await currentSchema(engine);
      await sweepSchemas(engine, schema);
      const place = `${schema.slice(0, 30)}_restore_${newId().slice(-12)}`;
      const searchPath = await newSchema(engine, place, schema);
      const restored = openRestored(options, { searchPath });
      let isSwapped = false;
      try {
        await prepareTables(restored, backup, options);
        if (dryRun)
          return { backup, restored: false, kept: null, migrated: (await restored.migrations.status()).pending };
        if (state !== 'nothing' && !options.isDrill) await options.confirm?.(backup);
        const erased = state === 'database' ? await ledgerOf(options) : [];
        const tables = await load(restored, unpacked, options);
        const since = unpacked.base.takenAt;
        const migrated = await settleRestored(restored, { backup, erased, signal, since });
        await restored.close();
        const reached = { ...backup, tables };
        if (options.isDrill) return { backup: reached, restored: false, kept: null, migrated };
        onProgress?.({ stage: 'swapping' });
        const kept = await swapSchemas(engine, { schema, place, keep: state !== 'nothing' });
        isSwapped = true;
        return { backup: reached, restored: true, kept, migrated };
      } finally {
        await restored.close();
        if (!isSwapped) await dropSchema(engine, place);
      }
    });
  } finally {
    await current.close();
  }
}

/** Makes the tables as they were when the backup was taken. @throws NewerSchemaError, RestoreRefusedError */
async function prepareTables(
  database: Database,
  { migrations }: VerifiedBackup,
  options: RestoreOptions,
): Promise<void> {
  options.signal?.throwIfAborted();
  await database.connect();
  const { pending } = await database.migrations.status();
  const unknown = migrations.filter(({ name }) => !pending.includes(name)).map(({ name }) => name);
  if (unknown.length > 0)
    throw new RestoreRefusedError(`The backup has migrations that this program doesn't know: ${unknown.join(', ')}.`, {
      hint: 'Restore it with the version of this program that made it, or a newer one; and with the application whose migrations they are.',
      details: { unknown },
    });
  const last = pending.findLast((name) => migrations.some((migration) => migration.name === name));
  if (last === undefined) throw new BackupDamagedError('The backup names no migrations.');
  await database.migrations.migrate({ to: last }).catch((error: unknown) => {
    // Whose migrations these are is of no interest to somebody who restores, and there is nothing to migrate afterwards.
    throw error instanceof MigrationFailedError && error.cause instanceof DiskFullError ? error.cause : error;
  });
  const { applied } = await database.migrations.status();
  const made = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const differ = migrations.filter(({ name, checksum }) => made.get(name) !== checksum).map(({ name }) => name);
  const more = applied.map(({ name }) => name).filter((name) => migrations.every((each) => each.name !== name));
  if (differ.length + more.length > 0)
    throw new RestoreRefusedError(
      `The migrations in the backup are not this program's: ${[...differ, ...more].join(', ')}.`,
      {
        hint: 'Restore it with the version of this program that made it.',
        details: { differ, more },
      },
    );
  await assertKnownMigrations(database);
}

/** Gives what the tables hold in the end. */
async function load(database: Database, unpacked: UnpackedChain, options: RestoreOptions): Promise<Manifest['tables']> {
  const { config, signal, onProgress } = options;
  const { base, increments } = unpacked;
  const engine = engineOf(database);
  const tables = new Map((await storedTables(engine, engine)).map((table) => [table.name, table]));
  const constraints = await constraintsAway(engine, [...tables.keys()]);
  const reader = await BackupReader.open(base.file);
  let manifest: Manifest;
  try {
    const blocks = reader.blocks(config.secretKeys, signal);
    for (let next = await blocks.next(); ; next = await blocks.next()) {
      if (next.done === true) {
        ({ manifest } = next.value);
        break;
      }
      if (next.value.kind !== BLOCKS.rows) throw new BackupDamagedError('The backup holds what it should not.');
      const { table: name, columns, rows } = parseJson(rowsSchema, next.value.bytes);
      await insertRows(engine, columnsOf(tables, name, columns), rows);
      onProgress?.({ stage: 'loading', table: name, portion: reader.portion });
    }
  } finally {
    await reader.close();
  }
  const reached = new ChainSums(unpacked);
  if (increments.length > 0) {
    await searchTriggersOn(engine, [...tables.keys()]);
    // So that the keys of what goes are looked up, however much there is.
    for (const name of tables.keys()) await engine.exec(`ANALYZE ${quoteName(name)}`);
  }
  for (const increment of increments) {
    manifest = await bringInIncrement(database, increment, { tables, sums: reached.sums }, options);
  }
  await setSequences(engine, manifest.sequences);
  // Also looks whether every row finds what it refers to.
  await constraints.back();
  onProgress?.({ stage: 'verifying' });
  const found = await sumsOfSchema(engine, signal);
  reached.assertReached(found);
  return found;
}

function columnsOf(tables: ReadonlyMap<string, StoredTable>, name: string, columns: readonly string[]): StoredTable {
  const table = tables.get(name);
  const found = columns.flatMap((column) => table?.columns.filter((each) => each.name === column) ?? []);
  if (table === undefined || found.length !== columns.length || found.length !== table.columns.length)
    throw new BackupDamagedError(`The table ${name} has other columns than its migrations make.`);
  return { name, columns: found };
}

async function sumsOfSchema(engine: Engine, signal: AbortSignal | undefined): Promise<Manifest['tables']> {
  const sums = new TableSums();
  const snapshot = await beginSnapshot(engine);
  try {
    for (const table of await storedTables(engine, snapshot)) {
      if (OMITTED.includes(table.name)) continue;
      sums.enter(table.name);
      for await (const { rows } of readRows(engine, snapshot, table)) {
        signal?.throwIfAborted();
        for (const row of rows) sums.add(table.name, row);
      }
    }
    return sums.result();
  } finally {
    await snapshot.rollback();
  }
}
