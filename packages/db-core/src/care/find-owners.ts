import { type Database, engineOf } from '../database/database.ts';
import { quoteName } from '../schema/identifiers.ts';
import { type Erasure, isOwner } from './ledger.ts';
import { ownedTables } from './owned-tables.ts';
import type { Statements } from './statements.ts';

const IDS_AT_ONCE = 1000;

/** Whose the erasures are, of those who still have rows: by the id of the erasure. */
export async function findOwners(
  database: Database,
  statements: Statements,
  erasures: readonly Erasure[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (erasures.length === 0) return found;
  const seen = new Set<string>();
  for await (const id of ownersIn(database, statements)) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const erasure of erasures) if (isOwner(erasure, id)) found.set(erasure.id, id);
  }
  return found;
}

/** Every id that owns something; one that owns in several tables comes several times. */
export async function* ownersIn(database: Database, statements: Statements): AsyncIterableIterator<string> {
  for (const { name, owners } of ownedTables(await engineOf(database).inspect())) {
    for (const owner of owners) yield* distinctIds(statements, name, owner.name);
  }
}

async function* distinctIds(statements: Statements, table: string, column: string): AsyncIterableIterator<string> {
  const id = quoteName(column);
  const page = (condition: string): string =>
    `SELECT DISTINCT ${id} AS id FROM ${quoteName(table)} WHERE ${condition} ORDER BY ${id} LIMIT ${IDS_AT_ONCE}`;
  let rows = await statements.rows('care.firstIds', page(`${id} IS NOT NULL`));
  while (rows.length > 0) {
    for (const row of rows) yield row['id'] as string;
    rows = await statements.rows('care.nextIds', page(`${id} > $1`), [rows.at(-1)?.['id']]);
  }
}

/** Undefined when the row is gone. */
export async function findRowOwner(statements: Statements, erasure: Erasure): Promise<string | undefined> {
  const { table, rowId } = erasure;
  if (table === null || rowId === null) return undefined;
  const sql = `SELECT user_id FROM ${quoteName(table)} WHERE id = $1`;
  const rows = await statements.rows('care.findRow', sql, [rowId]);
  return rows.map((row) => row['user_id'] as string).find((userId) => isOwner(erasure, userId));
}
