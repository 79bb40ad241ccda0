import { isOfVectorIndex } from './vector-index.ts';
import { TABLE_CARE, classOf } from '../schema/column-classes.ts';
import type { OwnedRows } from '../schema/table-care.ts';
import type { SchemaDescription, TableDescription } from '../schema/description.ts';

/** A table with rows of owners, as erasure sees it. */
export interface OwnedTable {
  readonly name: string;
  /** Columns that hold an owner's id. */
  readonly owners: readonly { readonly name: string; readonly isUuid: boolean }[];
  readonly rows: OwnedRows;
  readonly isImmutable: boolean;
  readonly key: readonly string[];
  /** SQL of an ORDER BY. */
  readonly order: string;
  readonly released: readonly string[];
  /** What is emptied where a row is kept. */
  readonly personal: readonly string[];
}

/** Through which one comes in goes first, so that nobody writes while the rest goes. */
const DOORS = ['api_tokens', 'user_sessions', 'schedules'];

/**
 * The tables with rows of owners, of the schema that is there: what refers to others before what it refers to, and those
 * whose rows are kept at the end, the change log last, because erasing writes it.
 */
export function ownedTables({ tables }: SchemaDescription): readonly OwnedTable[] {
  const sorted = childrenFirst(tables.toSorted((left, right) => rank(left) - rank(right)));
  const owned = sorted.map(toOwned).filter(({ name, owners }) => owners.length > 0 && !isOfVectorIndex(name));
  return [
    ...owned.filter(({ rows }) => rows === 'delete'),
    ...owned.filter(({ rows, name }) => rows === 'pseudonymise' && name !== 'change_log'),
    ...owned.filter(({ name }) => name === 'change_log'),
  ];
}

function rank({ name }: TableDescription): number {
  const place = DOORS.indexOf(name);
  return place === -1 ? DOORS.length : place;
}

function toOwned(table: TableDescription): OwnedTable {
  const { name, columns, primaryKey } = table;
  const care = TABLE_CARE[name];
  const owners = care?.owners ?? ['user_id'];
  return {
    name,
    owners: columns
      .filter((column) => owners.includes(column.name))
      .map(({ name: column, codec }) => ({
        name: column,
        isUuid: codec === 'uuid',
      })),
    rows: care?.ownedRows ?? 'delete',
    isImmutable: care?.isImmutable ?? false,
    key: primaryKey,
    order: care?.order ?? primaryKey.join(', '),
    released: care?.released ?? [],
    personal: columns
      .filter(({ name: column, nullable }) => nullable && classOf(name, column) === 'personal')
      .map(({ name: column }) => column),
  };
}

function childrenFirst(tables: readonly TableDescription[]): readonly TableDescription[] {
  const done = new Set<string>();
  const sorted: TableDescription[] = [];
  const visit = (table: TableDescription, path: readonly string[]): void => {
    if (done.has(table.name) || path.includes(table.name)) return;
    for (const child of tables) {
      if (refersTo(child, table.name)) visit(child, [...path, table.name]);
    }
    done.add(table.name);
    sorted.push(table);
  };
  for (const table of tables) visit(table, []);
  return sorted;
}

/** By a column that keeps its value until the row goes. */
function refersTo({ name, foreignKeys }: TableDescription, parent: string): boolean {
  const released = TABLE_CARE[name]?.released ?? [];
  return foreignKeys.some(
    ({ table, columns }) => table === parent && !columns.some((column) => released.includes(column)),
  );
}
