import { Statements } from '../../care/statements.ts';
import type { Database } from '../../database/database.ts';
import { quoteName } from '../../schema/identifiers.ts';

const ROWS_AT_ONCE = 5000;

/** Whose the rows are that files of a system brought in earlier, by their ids. */
export async function ownersOfAdopted(
  database: Database,
  { table, source }: { readonly table: string; readonly source: string },
): Promise<ReadonlyMap<string, string>> {
  const statements = new Statements(database);
  const owners = new Map<string, string>();
  const page = (condition: string): string =>
    `SELECT user_id, id, source FROM ${quoteName(table)} ${condition} ORDER BY user_id, id LIMIT ${ROWS_AT_ONCE}`;
  let rows = await statements.rows('adopt.firstOwners', page(''));
  while (rows.length > 0) {
    for (const row of rows) if (row['source'] === source) owners.set(row['id'] as string, row['user_id'] as string);
    const last = rows.at(-1);
    rows = await statements.rows('adopt.nextOwners', page('WHERE (user_id, id) > ($1, $2)'), [
      last?.['user_id'],
      last?.['id'],
    ]);
  }
  return owners;
}
