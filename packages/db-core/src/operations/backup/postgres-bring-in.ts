import { engineOf, type Database } from '../../database/database.ts';
import type { Engine } from '../../engine/contract.ts';
import { quoteName } from '../../schema/identifiers.ts';
import { searchTriggersOf } from '../../schema/search-tracking.ts';
import { runStatement } from '../../schema/statements.ts';
import { BackupDamagedError } from './errors.ts';
import { BackupReader, parseJson } from './file.ts';
import { BLOCKS, type Manifest, rowsSchema } from './format.ts';
import { CHANGES_TABLE, partLength, PARTS_TABLE } from './parts.ts';
import { insertRows, type StoredTable, type TextRow } from './postgres-rows.ts';
import type { RestoreOptions } from './restored.ts';
import type { TableSums } from './sums.ts';
import { namesOf } from './unpack-chain.ts';
import type { Unpacked } from './verify.ts';

/** The triggers that mark what is to be searched do their work while increments are brought in, unlike all others. */
export async function searchTriggersOn(engine: Engine, tables: readonly string[]): Promise<void> {
  const wanted = new Set(tables.flatMap((table) => searchTriggersOf('postgres', table)));
  const { rows } = await runStatement(engine, engine, {
    sql: `SELECT c.relname AS table, t.tgname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal`,
  });
  for (const row of rows) {
    const [table, name] = [String(row['table']), String(row['name'])];
    if (wanted.has(name)) await engine.exec(`ALTER TABLE ${quoteName(table)} ENABLE TRIGGER ${quoteName(name)}`);
  }
}

export interface BringIn {
  readonly tables: ReadonlyMap<string, StoredTable>;
  /** Kept up to what the tables hold. */
  readonly sums: TableSums;
}

/** Brings what an increment holds into tables that stand as its parent left them. Gives its manifest. */
export async function bringInIncrement(
  database: Database,
  increment: Unpacked,
  { tables, sums }: BringIn,
  { config, signal, onProgress }: RestoreOptions,
): Promise<Manifest> {
  const engine = engineOf(database);
  const tableOf = (name: string): StoredTable => {
    const table = tables.get(name);
    if (table === undefined) throw new BackupDamagedError(`There is no table ${name} that the increment could be of.`);
    return table;
  };
  const names =
    increment.erased.length === 0
      ? new Map<string, string>()
      : namesOf(increment, await ownersOf(engine, [...tables.values()]));
  const remove = async (kind: string, name: string, rows: readonly TextRow[]): Promise<void> => {
    const going = kind === CHANGES_TABLE ? removeRows : removeParts;
    for (const row of await going(engine, tableOf(name), rows)) sums.remove(name, row);
  };
  const reader = await BackupReader.open(increment.file);
  try {
    const blocks = reader.blocks(config.secretKeys, signal);
    for (let next = await blocks.next(); ; next = await blocks.next()) {
      if (next.done === true) return next.value.manifest;
      if (next.value.kind !== BLOCKS.rows) throw new BackupDamagedError('The increment holds what it should not.');
      const { table: name, columns, rows } = parseJson(rowsSchema, next.value.bytes);
      onProgress?.({ stage: 'loading', table: name, portion: reader.portion });
      if (name === CHANGES_TABLE || name === PARTS_TABLE) {
        const going = name === CHANGES_TABLE ? [...rows, ...renamed(rows, names)] : rows;
        for (const [table, some] of Map.groupBy(going, ([first]) => String(first))) await remove(name, table, some);
        continue;
      }
      const table = tableOf(name);
      if (columns.join() !== table.columns.map((column) => column.name).join())
        throw new BackupDamagedError(`The table ${name} has other columns than its migrations make.`);
      await insertRows(engine, table, rows);
      for (const row of rows) sums.add(name, row);
    }
  } finally {
    await reader.close();
  }
}

/** Those of erased owners once more, under the ids that they had. */
function renamed(rows: readonly TextRow[], names: ReadonlyMap<string, string>): TextRow[] {
  return rows.flatMap(([table = null, userId = null, id = null]) => {
    const name = userId === null ? undefined : names.get(userId);
    return name === undefined ? [] : [[table, name, id]];
  });
}

async function ownersOf(engine: Engine, tables: readonly StoredTable[]): Promise<Set<string>> {
  const owners = new Set<string>();
  for (const { name, columns } of tables) {
    if (columns.every((column) => column.name !== 'user_id')) continue;
    const { rows } = await runStatement(engine, engine, { sql: `SELECT DISTINCT user_id FROM ${quoteName(name)}` });
    for (const row of rows) owners.add(String(row['user_id']));
  }
  return owners;
}

function removeRows(engine: Engine, table: StoredTable, rows: readonly TextRow[]): Promise<TextRow[]> {
  const type = table.columns.find(({ name }) => name === 'id')?.type ?? 'text';
  return removed(
    engine,
    table,
    `USING unnest($1::text[], $2::text[]) AS k(k_user, k_id) WHERE user_id = k.k_user AND id = k.k_id::${type}`,
    [1, 2].map((column) => engine.encodeList(rows.map((row) => row[column] ?? null))),
  );
}

function removeParts(engine: Engine, table: StoredTable, rows: readonly TextRow[]): Promise<TextRow[]> {
  const length = partLength(table.name);
  if (length === 0) return removed(engine, table, '', []);
  const parts = engine.encodeList(rows.map(([, part]) => part ?? ''));
  return removed(engine, table, `WHERE substr(id::text, 1, ${length}) = ANY ($1::text[])`, [parts]);
}

async function removed(
  engine: Engine,
  { name, columns }: StoredTable,
  clause: string,
  values: readonly unknown[],
): Promise<TextRow[]> {
  const texts = columns.map((column) => `t.${quoteName(column.name)}::text AS ${quoteName(column.name)}`);
  const { rows } = await runStatement(engine, engine, {
    sql: `DELETE FROM ${quoteName(name)} AS t ${clause} RETURNING ${texts.join(', ')}`,
    values,
    writes: true,
    returnsRows: true,
  });
  return rows.map((row) => columns.map((column) => row[column.name] as string | null));
}
