import type { Database } from '../../database/database.ts';
import type { SchemaDescription, TableDescription } from '../../schema/description.ts';
import { quoteName, quoteNames } from '../../schema/identifiers.ts';
import { Erasures } from '../erasures.ts';
import type { Statements } from '../statements.ts';
import { type Due, dueParts, type Part } from './due-rows.ts';
import { Values } from './values.ts';

/** Rows that refer to those that go, and of which each may have very many, go so many at a time. */
const CHILDREN_AT_ONCE = 1000;

export interface Applying {
  readonly database: Database;
  readonly statements: Statements;
  readonly schema: SchemaDescription;
  readonly signal?: AbortSignal | undefined;
}

/** Does what a rule says, in small transactions. Gives how many rows it did it with. */
export async function applyRule(tools: Applying, due: Due): Promise<number> {
  let rows = 0;
  for await (const part of dueParts(tools.statements, due)) {
    tools.signal?.throwIfAborted();
    rows += await applyPart(tools, due, part);
  }
  return rows;
}

function applyPart(tools: Applying, due: Due, part: Part): Promise<number> {
  switch (due.rule.action) {
    case 'archive':
      return change(tools, due, part).then((rows) => rows.length);
    case 'remove':
      return remove(tools, due, part);
    case 'erase':
      return erase(tools, due, part);
    case 'move':
      return move(tools, due, part);
  }
}

/** Writes the rule's values into rows that are due still. Gives their keys. */
async function change({ statements, database }: Applying, { rule, table }: Due, part: Part) {
  const has = (name: string): boolean => table.columns.some((column) => column.name === name);
  const values = new Values(part.values);
  const now = new Date();
  const changes = [
    ...Object.entries(rule.set ?? {}).map(([column, value]) => `${quoteName(column)} = ${values.place(value)}`),
    ...(rule.stamps ?? []).map(
      (column) => `${quoteName(column)} = coalesce(${quoteName(column)}, ${values.place(now)})`,
    ),
    ...(has('updated_at') ? [`updated_at = ${values.place(now)}`] : []),
    ...(has('version') ? ['version = version + 1'] : []),
  ];
  const key = quoteNames(table.primaryKey);
  return database
    .system(`retention: ${rule.name}`)
    .transaction(() =>
      statements.changed(
        'retention.change',
        `UPDATE ${quoteName(table.name)} SET ${changes.join(', ')} WHERE ${part.condition} RETURNING ${key}`,
        values.all,
      ),
    );
}

async function remove({ statements, schema, database, signal }: Applying, due: Due, part: Part): Promise<number> {
  const { rule, table } = due;
  const system = database.system(`retention: ${rule.name}`);
  for (const child of childrenOf(schema, table)) {
    const key = quoteNames(child.table.primaryKey);
    const sql = `DELETE FROM ${quoteName(child.table.name)} WHERE (${key}) IN (
      SELECT ${key} FROM ${quoteName(child.table.name)} WHERE (${quoteNames(child.columns)}) IN (
        SELECT ${quoteNames(child.references)} FROM ${quoteName(table.name)} WHERE ${part.condition})
      LIMIT ${CHILDREN_AT_ONCE})`;
    for (;;) {
      signal?.throwIfAborted();
      const gone = await system.transaction(() => statements.change('retention.removeChildren', sql, part.values));
      if (gone === 0) break;
    }
  }
  return system.transaction(() =>
    statements.change('retention.remove', `DELETE FROM ${quoteName(table.name)} WHERE ${part.condition}`, part.values),
  );
}

async function erase(tools: Applying, due: Due, part: Part): Promise<number> {
  const { rule, table } = due;
  const claimed =
    rule.set === undefined
      ? await tools.statements.rows(
          'retention.claim',
          `SELECT user_id, id FROM ${quoteName(table.name)} WHERE ${part.condition}`,
          part.values,
        )
      : await change(tools, due, part);
  const rows = claimed.map((row) => ({ userId: row['user_id'] as string, id: row['id'] as string }));
  if (rows.length === 0) return 0;
  const owners = new Set(rows.map(({ userId }) => userId));
  await new Erasures(tools.database).eraseRows({
    table: table.name,
    rows,
    signal: tools.signal,
    afterRows: async () => {
      for (const userId of owners) await rule.afterErase?.(tools.database, userId);
    },
  });
  return rows.length;
}

/** One after the other, so that no transaction is longer than one of them needs. */
async function move({ statements, database, signal }: Applying, due: Due, part: Part): Promise<number> {
  const { rule, table, before } = due;
  const rows = await statements.rows(
    'retention.toMove',
    `SELECT user_id, id FROM ${quoteName(table.name)} WHERE ${part.condition}`,
    part.values,
  );
  let moved = 0;
  for (const row of rows) {
    signal?.throwIfAborted();
    const isMoved = await rule.move?.(database, {
      userId: row['user_id'] as string,
      id: row['id'] as string,
      before,
    });
    if (isMoved === true) moved += 1;
  }
  return moved;
}

interface Child {
  readonly table: TableDescription;
  readonly columns: readonly string[];
  readonly references: readonly string[];
}

/** What refers to a table's rows and goes with them; what merely loses the reference stays. */
function childrenOf({ tables }: SchemaDescription, parent: TableDescription): readonly Child[] {
  return tables.flatMap((table) =>
    table.foreignKeys
      .filter((key) => key.table === parent.name && table.name !== parent.name && key.onDelete !== 'set null')
      .map(({ columns, references }) => ({ table, columns, references })),
  );
}
