import { quoteName, quoteNames, quoteText } from '../schema/identifiers.ts';
import type { OwnedTable } from './owned-tables.ts';
import type { Statements } from './statements.ts';

/** Rows that go in one transaction: SQLite's only writer isn't kept for long, nor are locks on PostgreSQL. */
const CHUNK = 500;
/** The change log has no index by owner, so that each look at it reads much of it. */
const LOG_CHUNK = 20_000;

/** Which rows: those of which all these columns have these values. */
export type Where = Readonly<Record<string, string>>;

/** The condition for `$1`, `$2`… */
function condition(where: Where): string {
  return Object.keys(where)
    .map((column, index) => `${quoteName(column)} = $${index + 1}`)
    .join(' AND ');
}

/** Empties what refers to rows that go before these. Once for all: it concerns one column. */
export async function release(statements: Statements, table: OwnedTable, where: Where): Promise<void> {
  for (const column of table.released) {
    const key = quoteNames(table.key);
    const sql = `UPDATE ${quoteName(table.name)} SET ${quoteName(column)} = NULL WHERE (${key}) IN (
      SELECT ${key} FROM ${quoteName(table.name)} WHERE ${condition(where)} AND ${quoteName(column)} IS NOT NULL LIMIT ${CHUNK})`;
    while ((await statements.change('care.release', sql, Object.values(where))) > 0);
  }
}

/** Removes some of the rows; call it in a transaction until it gives 0. */
export async function deleteChunk(
  statements: Statements,
  table: Pick<OwnedTable, 'name' | 'isImmutable' | 'key' | 'order'>,
  where: Where,
): Promise<number> {
  const name = quoteName(table.name);
  const values = Object.values(where);
  const chosen = `FROM ${name} WHERE ${condition(where)} ORDER BY ${table.order} LIMIT ${CHUNK}`;
  if (!table.isImmutable) {
    const key = quoteNames(table.key);
    return statements.change('care.delete', `DELETE FROM ${name} WHERE (${key}) IN (SELECT ${key} ${chosen})`, values);
  }
  return permitted(statements, table.name, { chosen, values }, (rows) =>
    statements.change('care.delete', `DELETE FROM ${name} WHERE ${rows}`),
  );
}

/** Puts a pseudonym for an owner's id into some of the rows, and empties what is personal in those that were the owner's. */
export async function pseudonymiseChunk(
  statements: Statements,
  table: OwnedTable,
  { owner, userId, pseudonym }: { readonly owner: string; readonly userId: string; readonly pseudonym: string },
): Promise<number> {
  const name = quoteName(table.name);
  const changes = [
    ...table.owners
      .filter((column) => !table.personal.includes(column.name))
      .map((column) => `${quoteName(column.name)} = ${replaced(column.name)}`),
    ...table.personal.map((column) => {
      const kept = table.owners.some((other) => other.name === column) ? replaced(column) : quoteName(column);
      return `${quoteName(column)} = CASE WHEN user_id = $1 THEN NULL ELSE ${kept} END`;
    }),
  ].join(', ');
  if (!table.isImmutable) {
    const key = quoteNames(table.key);
    const sql = `UPDATE ${name} SET ${changes} WHERE (${key}) IN (
      SELECT ${key} FROM ${name} WHERE ${quoteName(owner)} = $1 LIMIT ${LOG_CHUNK})`;
    return statements.change('care.pseudonymise', sql, [userId, pseudonym]);
  }
  const chosen = `FROM ${name} WHERE ${quoteName(owner)} = $1 LIMIT ${CHUNK}`;
  return permitted(statements, table.name, { chosen, values: [userId] }, (rows) =>
    statements.change('care.pseudonymise', `UPDATE ${name} SET ${changes} WHERE ${rows}`, [userId, pseudonym]),
  );
}

function replaced(column: string): string {
  return `CASE WHEN ${quoteName(column)} = $1 THEN $2 ELSE ${quoteName(column)} END`;
}

/** Names the rows in permits, does the work, and takes the permits back. No other transaction ever sees one. */
async function permitted(
  statements: Statements,
  table: string,
  { chosen, values }: { readonly chosen: string; readonly values: readonly unknown[] },
  work: (rows: string) => Promise<number>,
): Promise<number> {
  const named = await statements.change(
    'care.permit',
    `INSERT INTO erasure_permits (table_name, user_id, row_id) SELECT ${quoteText(table)}, user_id, CAST(id AS text) ${chosen}`,
    values,
  );
  if (named === 0) return 0;
  const id = statements.engine === 'sqlite' ? 'row_id' : 'CAST(row_id AS uuid)';
  const changed = await work(
    `(user_id, id) IN (SELECT user_id, ${id} FROM erasure_permits WHERE table_name = ${quoteText(table)})`,
  );
  await statements.change('care.takeBack', 'DELETE FROM erasure_permits');
  return changed;
}
