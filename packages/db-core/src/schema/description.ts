import type { Codec } from '../engine/contract.ts';

/** What a database's schema is, said the same way for both engines, so that the two can be compared. */
export interface SchemaDescription {
  readonly tables: readonly TableDescription[];
}

export interface TableDescription {
  readonly name: string;
  /** In the table's order. */
  readonly columns: readonly ColumnDescription[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKeyDescription[];
  /** Without the primary key's own. Sorted by name. */
  readonly indexes: readonly IndexDescription[];
}

export interface ColumnDescription {
  readonly name: string;
  readonly codec: Codec;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

export interface ForeignKeyDescription {
  readonly columns: readonly string[];
  readonly table: string;
  readonly references: readonly string[];
  readonly onDelete: 'cascade' | 'restrict' | 'set null' | 'no action';
}

export interface IndexDescription {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly descending: boolean }[];
  readonly unique: boolean;
  /** Has it a WHERE? The text itself differs between engines and is not compared. */
  readonly partial: boolean;
}

/** Who may reach a table: `tenant` through a user's handle; `global` and `system` only through the system handle. */
export type TableScope = 'tenant' | 'global' | 'system';
