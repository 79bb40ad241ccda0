import { type Database, engineOf } from '../database/database.ts';
import { TABLE_CARE } from '../schema/column-classes.ts';
import type { SchemaDescription } from '../schema/description.ts';
import { quoteName } from '../schema/identifiers.ts';
import { deleteChunk, release, type Where } from './erase-chunk.ts';
import type { Erasure, Ledger } from './ledger.ts';
import { type OwnedTable, ownedTables } from './owned-tables.ts';
import type { Statements } from './statements.ts';
import { forgetVectors } from './vector-index.ts';

export interface RowOf {
  readonly userId: string;
  readonly table: string;
  readonly id: string;
}

/** Erases one row, and before it those that refer to it, in chunks of a transaction each. */
export async function eraseOneRow(
  database: Database,
  { statements, ledger, erasure, row }: { statements: Statements; ledger: Ledger; erasure: Erasure; row: RowOf },
): Promise<void> {
  const schema = await engineOf(database).inspect();
  const tables = ownedTables(schema);
  const own = tables.find(({ name }) => name === row.table);
  if (own === undefined) return;
  const where = { user_id: row.userId, id: row.id };
  await release(statements, own, where);
  const children = childrenOf(schema, tables, row.table);
  for (const about of tables) await eraseAbout({ statements, ledger, erasure, row }, about, children);
  for (const { table, column } of children) {
    await repeat(ledger, { erasure, statements, table, where: { user_id: row.userId, [column]: row.id } });
  }
  await repeat(ledger, { erasure, statements, table: own, where });
  await forgetVectors(database, row.userId);
}

/** What is about the row, or about those that refer to it, such as their vectors. */
async function eraseAbout(
  { statements, ledger, erasure, row }: { statements: Statements; ledger: Ledger; erasure: Erasure; row: RowOf },
  { name }: OwnedTable,
  children: readonly Child[],
): Promise<void> {
  const about = TABLE_CARE[name]?.about;
  if (about === undefined) return;
  const ofChildren = children.map(
    ({ table, column }) => `SELECT id FROM ${quoteName(table.name)} WHERE user_id = $1 AND ${quoteName(column)} = $2`,
  );
  for (const ids of ['$2', ...ofChildren]) {
    const sql = `DELETE FROM ${quoteName(name)} WHERE user_id = $1 AND ${quoteName(about)} IN (${ids})`;
    await ledger.part(erasure, name, 'deleted', () => statements.change('care.eraseAbout', sql, [row.userId, row.id]));
  }
}

async function repeat(
  ledger: Ledger,
  part: { erasure: Erasure; statements: Statements; table: OwnedTable; where: Where },
): Promise<void> {
  const { erasure, statements, table, where } = part;
  while ((await ledger.part(erasure, table.name, 'deleted', () => deleteChunk(statements, table, where))) > 0);
}

export interface Child {
  readonly table: OwnedTable;
  /** The column with the id of the row. */
  readonly column: string;
}

export function childrenOf(
  { tables }: SchemaDescription,
  owned: readonly OwnedTable[],
  parent: string,
): readonly Child[] {
  return owned.flatMap((table) => {
    const keys = tables.find(({ name }) => name === table.name)?.foreignKeys ?? [];
    return keys.flatMap((key) => {
      const column = key.columns[key.references.indexOf('id')];
      if (table.name === parent || key.table !== parent || column === undefined) return [];
      return [{ table, column }];
    });
  });
}
