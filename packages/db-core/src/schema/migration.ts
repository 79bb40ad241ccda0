import type { EngineKind, Row } from '../engine/contract.ts';
import type { Column, ColumnTypes } from './columns.ts';
import type { Columns, IndexOptions, PortableSql, TableOptions } from './ddl.ts';
import type { SearchTracking } from './search-tracking.ts';

/**
 * One step of the schema. Its name orders it: `0001_kernel` for Keelson's own, `acme_0001_invoices` for those that an
 * application adds with a prefix of its own. Once a migration has run anywhere its `up` must never change.
 *
 * @example
 * ```ts
 * export const migration: Migration = {
 *   name: 'acme_0001_invoices',
 *   up(m) {
 *     m.createTable('acme_invoices', (t) => ({ user_id: t.userId(), id: t.uuid(), number: t.text({ max: 40 }) }), {
 *       primaryKey: ['user_id', 'id'],
 *       indexes: { acme_invoices_number: { columns: ['user_id', 'number'], unique: true } },
 *     });
 *   },
 *   down(m) {
 *     m.dropTables('acme_invoices');
 *   },
 * };
 * ```
 */
export interface Migration {
  readonly name: string;
  /**
   * Programs written for the schema before can't work with the one after. Shown in the plan, and refused while such
   * programs live.
   */
  readonly breaking?: boolean;
  /**
   * Default: true, all or nothing. With false each statement stands on its own, and one that was interrupted is run
   * again from its beginning, so every statement must bear being repeated.
   */
  readonly transaction?: boolean;
  up(m: MigrationContext): void | Promise<void>;
  /** Takes back what `up` did. Without it the migration can't be rolled back. */
  down?(m: MigrationContext): void | Promise<void>;
  /** Throws when the outcome is wrong; the database is then left as it was. */
  validateUp?(m: ValidationContext): void | Promise<void>;
  validateDown?(m: ValidationContext): void | Promise<void>;
}

/** What a migration may look at. */
export interface ValidationContext {
  readonly engine: EngineKind;
  /** Rows of a SELECT. Parameters are written `$1`, `$2`… on both engines. */
  query(sql: PortableSql, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/**
 * What a migration may do. Statements are gathered and run in order: before the next `query`, and when `up` or `down`
 * returns. While a plan or a checksum is made nothing runs and `query` gives no rows.
 */
export interface MigrationContext extends ValidationContext {
  createTable<C extends Columns>(
    name: string,
    columns: (t: ColumnTypes) => C,
    options: TableOptions<keyof C & string>,
  ): void;
  /** In one go, so that they may refer to each other. */
  dropTables(...names: readonly string[]): void;
  addColumn(table: string, name: string, column: (t: ColumnTypes) => Column): void;
  dropColumn(table: string, name: string): void;
  createIndex(name: string, table: string, options: IndexOptions): void;
  dropIndex(name: string): void;
  dropTrigger(name: string, table: string): void;
  /**
   * Has every change of these tables written to the change feed, in the transaction that makes it: by their `id` and
   * `user_id`. Every table with owners needs it. A table that is rebuilt is to be tracked anew.
   */
  trackChanges(...tables: readonly string[]): void;
  untrackChanges(...tables: readonly string[]): void;
  /**
   * Gives these tables the policy by which PostgreSQL itself keeps users' rows apart where `DATABASE_ROW_SECURITY` asks for
   * it. Every table with owners needs it. On SQLite it does nothing.
   */
  protectRows(...tables: readonly string[]): void;
  unprotectRows(...tables: readonly string[]): void;
  /**
   * Has every change of a table's searched text marked for the search index, and what is there already. A search source
   * of the same kind then says what is found, and how it is shown.
   */
  trackSearch(table: string, tracking: SearchTracking): void;
  untrackSearch(...tables: readonly string[]): void;
  /** Changes a table in ways that SQLite has no ALTER for. */
  rebuildTable<C extends Columns>(
    name: string,
    columns: (t: ColumnTypes) => C,
    options: RebuildOptions<keyof C & string>,
  ): void;
  /** Any other SQL, one statement or several. */
  execute(sql: PortableSql): void;
  /** Changes many rows in chunks. Outside a transaction each chunk is one of its own. */
  backfill(table: string, options: BackfillOptions): void;
}

export interface RebuildOptions<Name extends string = string> extends TableOptions<Name> {
  /** Where a column's values come from, as SQL over the old columns. Default: the old column of the same name. */
  readonly from?: Readonly<Partial<Record<Name, string>>>;
  /** Columns that the old table hadn't, and that take their default. */
  readonly added?: readonly Name[];
  /** The same change as ALTER statements, which is all that PostgreSQL needs. */
  readonly postgres: string;
}

export interface BackfillOptions {
  /** The SET part of an UPDATE. */
  readonly set: PortableSql;
  /** Which rows still need it. */
  readonly where: PortableSql;
  /** The table's primary key, by which the chunks go. */
  readonly key: readonly string[];
  /** Rows in a chunk; default 1,000. */
  readonly chunkSize?: number;
}
