import type { Codec } from '../../engine/contract.ts';
import type { SchemaDescription, TableDescription, TableScope } from '../../schema/description.ts';

export interface TableInfo {
  readonly name: string;
  readonly scope: TableScope;
  /** In the table's order. */
  readonly columns: ReadonlyMap<string, ColumnInfo>;
}

export interface ColumnInfo {
  readonly codec: Codec;
  readonly nullable: boolean;
}

/** Every table that a query may name. What isn't here doesn't exist for the guard. */
export type Tables = ReadonlyMap<string, TableInfo>;

export function tablesOf(schema: SchemaDescription, scopeOf: (table: TableDescription) => TableScope): Tables {
  return new Map(
    schema.tables.map((table) => [
      table.name,
      {
        name: table.name,
        scope: scopeOf(table),
        columns: new Map(table.columns.map(({ name, codec, nullable }) => [name, { codec, nullable }])),
      },
    ]),
  );
}

/** The names of those whose rows have owners. */
export function tenantTables(tables: Tables): string[] {
  return [...tables.values()].filter(({ scope }) => scope === 'tenant').map(({ name }) => name);
}
