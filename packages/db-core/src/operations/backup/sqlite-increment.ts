import { PSEUDONYM_PREFIX } from '../../care/ledger.ts';
import { type Database, engineOf } from '../../database/database.ts';
import type { Engine } from '../../engine/contract.ts';
import {
  type CopiedChanges,
  copyChanges,
  type FilePart,
  type PartedTable,
  partsOfFile,
  tablesOfFile,
} from '../../engine/sqlite/increment.ts';
import { runStatement } from '../../schema/statements.ts';
import type { TableParts } from './format.ts';
import { CHANGES_TABLE, isDerived, PARTS_TABLE, partLength } from './parts.ts';

/** What parts the untracked tables of a copy have. */
export async function partsOfCopy(
  path: string,
  tracked: readonly string[],
  signal?: AbortSignal,
): Promise<readonly TableParts[]> {
  const parted = partedOf(await tablesOfFile(path, signal), tracked);
  return toTables(parted, await partsOfFile(path, parted, signal));
}

export async function trackedTables(engine: Engine): Promise<readonly string[]> {
  const { rows } = await runStatement(engine, engine, { sql: 'SELECT name FROM change_tables ORDER BY name' });
  return rows.map((row) => String(row['name']));
}

export interface FileIncrement {
  readonly source: string;
  readonly target: string;
  readonly after: number;
  readonly before: readonly TableParts[];
  readonly signal?: AbortSignal | undefined;
}

/** Copies into a file what has changed since, with what an increment says besides. */
export async function copyIncrement(
  database: Database,
  { source, target, after, before, signal }: FileIncrement,
): Promise<Omit<CopiedChanges, 'parts'> & { readonly parts: readonly TableParts[] }> {
  const names = await trackedTables(engineOf(database));
  const tables = await tablesOfFile(source, signal);
  const parted = partedOf(tables, names);
  const copied = await copyChanges({
    source,
    target,
    after,
    tracked: tables.filter(({ name }) => names.includes(name) && !isDerived(name)),
    parted,
    before: before.flatMap(({ table, parts }) => parts.map(([part, digest]) => ({ table, part, digest }))),
    changesTable: CHANGES_TABLE,
    partsTable: PARTS_TABLE,
    pseudonymPrefix: PSEUDONYM_PREFIX,
    signal,
  });
  return { ...copied, parts: toTables(parted, copied.parts) };
}

function partedOf(tables: Awaited<ReturnType<typeof tablesOfFile>>, tracked: readonly string[]): PartedTable[] {
  return tables
    .filter(({ name }) => !tracked.includes(name) && !isDerived(name))
    .map((table) => ({ ...table, length: partLength(table.name) }));
}

function toTables(tables: readonly PartedTable[], parts: readonly FilePart[]): TableParts[] {
  const byTable = Map.groupBy(parts, ({ table }) => table);
  return tables.map(({ name, length }) => ({
    table: name,
    length,
    parts: (byTable.get(name) ?? []).map(({ part, digest }) => [part, digest]),
  }));
}
