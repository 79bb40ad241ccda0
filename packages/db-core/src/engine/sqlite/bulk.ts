import type { BulkInsert, Plan } from '../contract.ts';

/**
 * A table with a trigger has SQLite keep, for each statement, what it needs to undo that statement alone: the pages that
 * it touches, whatever the trigger does. With so many rows in a statement that is no longer seen; more gain nothing.
 */
export const ROWS_AT_ONCE = 50;

/** SQLite takes 32,766. */
const MOST_PARAMETERS = 30_000;

/** Rows of a statement are held in memory before the first one is written, so that large ones go one by one. */
const MOST_CHARACTERS = 1_000_000;

const plans = new WeakMap<BulkInsert, Plan>();

/** The same insert of {@link ROWS_AT_ONCE} rows; undefined where it has too many columns for that. */
export function manyRowsPlan({ name }: Plan, bulk: BulkInsert): Plan | undefined {
  if (bulk.columns.length * ROWS_AT_ONCE > MOST_PARAMETERS) return undefined;
  const known = plans.get(bulk);
  if (known !== undefined) return known;
  const columns = bulk.columns.map((column) => quoted(column.name)).join(', ');
  const row = `(${bulk.columns.map(() => '?').join(', ')})`;
  const rows = Array.from({ length: ROWS_AT_ONCE }, () => row).join(', ');
  const sql = `insert into ${quoted(bulk.table)} (${columns}) values ${rows} ${bulk.suffix}`.trimEnd();
  const plan = { name: `${name} (bulk)`, sql, writes: true, returnsRows: false, decode: new Map() };
  plans.set(bulk, plan);
  return plan;
}

/** The values of these rows one after the other; undefined where they are large. */
export function valuesOf(bulk: BulkInsert, rows: readonly (readonly unknown[])[]): unknown[] | undefined {
  const values: unknown[] = [];
  let characters = 0;
  for (const row of rows) {
    for (const { value } of bulk.columns) {
      const bound = 'constant' in value ? value.constant : row[value.parameter];
      if (typeof bound === 'string' || bound instanceof Uint8Array) characters += bound.length;
      values.push(bound);
    }
  }
  return characters > MOST_CHARACTERS ? undefined : values;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
