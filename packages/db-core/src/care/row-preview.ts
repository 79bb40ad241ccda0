import { type Database, engineOf } from '../database/database.ts';
import { TABLE_CARE } from '../schema/column-classes.ts';
import { quoteName } from '../schema/identifiers.ts';
import { ownedTables } from './owned-tables.ts';
import { childrenOf, type RowOf } from './row-erasure.ts';
import type { Statements } from './statements.ts';

/** Counts what erasing a row takes with it, by table: the row, those that refer to it, and what is about any of them. */
export async function countOneRow(
  database: Database,
  statements: Statements,
  { userId, table, id }: RowOf,
): Promise<Record<string, number>> {
  const schema = await engineOf(database).inspect();
  const tables = ownedTables(schema);
  const counts: Record<string, number> = {};
  const count = async (name: string, condition: string): Promise<void> => {
    const sql = `SELECT count(*) AS rows FROM ${quoteName(name)} WHERE user_id = $1 AND ${condition}`;
    const rows = Number((await statements.rows('care.countRow', sql, [userId, id]))[0]?.['rows']);
    if (rows > 0) counts[name] = (counts[name] ?? 0) + rows;
  };
  const children = childrenOf(schema, tables, table);
  for (const child of children) await count(child.table.name, `${quoteName(child.column)} = $2`);
  for (const { name } of tables) {
    const about = TABLE_CARE[name]?.about;
    if (about === undefined) continue;
    const ofChildren = children.map(
      (child) => `SELECT id FROM ${quoteName(child.table.name)} WHERE user_id = $1 AND ${quoteName(child.column)} = $2`,
    );
    for (const ids of ['$2', ...ofChildren]) await count(name, `${quoteName(about)} IN (${ids})`);
  }
  await count(table, 'id = $2');
  return counts;
}
