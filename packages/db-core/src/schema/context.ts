import type { EngineKind, Row } from '../engine/contract.ts';
import { ConfigurationError } from '../errors/index.ts';
import { type Column, type ColumnTypes, columnTypes } from './columns.ts';
import {
  addColumnSql,
  type Columns,
  type IndexOptions,
  indexSql,
  type PortableSql,
  sqlFor,
  type TableOptions,
  tableSql,
} from './ddl.ts';
import { quoteName, quoteNames } from './identifiers.ts';
import type { BackfillOptions, Migration, MigrationContext, RebuildOptions } from './migration.ts';
import { protectSql, unprotectSql } from './row-security.ts';
import { type SearchTracking, searchTriggersOf, trackSearchSql, untrackSearchSql } from './search-tracking.ts';
import { triggersOf, trackSql, untrackSql } from './tracking.ts';

/** One thing that a migration does. */
export type Step =
  | { readonly kind: 'sql'; readonly sql: string; readonly mayOrphan: boolean }
  | {
      readonly kind: 'rebuild';
      readonly table: string;
      readonly copy: string;
      readonly steps: readonly string[];
      readonly sql: string;
      readonly mayOrphan: true;
    }
  | {
      readonly kind: 'backfill';
      readonly table: string;
      readonly options: BackfillOptions;
      readonly sql: string;
      readonly mayOrphan: true;
    };

/** What gathers the steps of a migration; `query` is up to whoever runs or records them. */
export type Query = (sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** Turns the calls of a migration into steps for one engine. Makes no difference between running and recording. */
export class StepCollector implements MigrationContext {
  readonly engine: EngineKind;
  readonly #transaction: boolean;
  readonly #query: Query;
  #steps: Step[] = [];
  #foreignKeys: string[] = [];
  readonly dropped = new Set<string>();

  constructor(engine: EngineKind, migration: Migration, query: Query) {
    this.engine = engine;
    this.#transaction = migration.transaction ?? true;
    this.#query = query;
  }

  /** The steps since the last call, in order. `last` adds what had to wait until all tables exist. */
  take(last: boolean): Step[] {
    if (last) for (const sql of this.#foreignKeys.splice(0)) this.#push(sql, false);
    const steps = this.#steps;
    this.#steps = [];
    return steps;
  }

  createTable<C extends Columns>(
    name: string,
    columns: (t: ColumnTypes) => C,
    options: TableOptions<keyof C & string>,
  ): void {
    const { table, indexes, foreignKeys } = tableSql(this.engine, name, columns(columnTypes), options);
    for (const sql of [table, ...indexes]) this.#push(sql, false);
    this.#foreignKeys.push(...foreignKeys);
  }

  dropTables(...names: readonly string[]): void {
    if (this.engine === 'postgres') return this.#push(`DROP TABLE ${quoteNames(names)}`, true);
    for (const name of names) this.#push(`DROP TABLE ${quoteName(name)}`, true);
  }

  addColumn(table: string, name: string, column: (t: ColumnTypes) => Column): void {
    this.#push(addColumnSql(this.engine, table, name, column(columnTypes)), false);
  }

  dropColumn(table: string, name: string): void {
    this.#push(`ALTER TABLE ${quoteName(table)} DROP COLUMN ${quoteName(name)}`, false);
  }

  createIndex(name: string, table: string, options: IndexOptions): void {
    this.#push(indexSql(this.engine, name, table, options), false);
  }

  dropIndex(name: string): void {
    this.dropped.add(name);
    this.#push(`DROP INDEX ${quoteName(name)}`, false);
  }

  dropTrigger(name: string, table: string): void {
    this.dropped.add(name);
    this.#push(
      this.engine === 'sqlite'
        ? `DROP TRIGGER ${quoteName(name)}`
        : `DROP TRIGGER ${quoteName(name)} ON ${quoteName(table)}`,
      false,
    );
  }

  trackChanges(...tables: readonly string[]): void {
    for (const sql of tables.flatMap((table) => trackSql(this.engine, table))) this.#push(sql, false);
  }

  untrackChanges(...tables: readonly string[]): void {
    for (const name of tables.flatMap((table) => triggersOf(this.engine, table))) this.dropped.add(name);
    for (const sql of tables.flatMap((table) => untrackSql(this.engine, table))) this.#push(sql, false);
  }

  protectRows(...tables: readonly string[]): void {
    for (const sql of tables.flatMap((table) => protectSql(this.engine, table))) this.#push(sql, false);
  }

  unprotectRows(...tables: readonly string[]): void {
    for (const sql of tables.flatMap((table) => unprotectSql(this.engine, table))) this.#push(sql, false);
  }

  trackSearch(table: string, tracking: SearchTracking): void {
    for (const sql of trackSearchSql(this.engine, table, tracking)) this.#push(sql, false);
  }

  untrackSearch(...tables: readonly string[]): void {
    for (const name of tables.flatMap((table) => searchTriggersOf(this.engine, table))) this.dropped.add(name);
    for (const sql of tables.flatMap((table) => untrackSearchSql(this.engine, table))) this.#push(sql, false);
  }

  rebuildTable<C extends Columns>(
    name: string,
    columns: (t: ColumnTypes) => C,
    options: RebuildOptions<keyof C & string>,
  ): void {
    if (!this.#transaction) throw new ConfigurationError(`${name} can only be rebuilt in a transaction.`);
    if (this.engine === 'postgres') return this.#push(options.postgres, true);
    const definition = columns(columnTypes);
    const copy = `${name}_rebuilt`;
    const copied = Object.keys(definition).filter((column) => !(options.added ?? []).includes(column));
    const sources = copied.map((column) => options.from?.[column as keyof C & string] ?? quoteName(column));
    const { table, indexes } = tableSql('sqlite', name, definition, options);
    const steps = [
      table.replace(`CREATE TABLE ${quoteName(name)}`, `CREATE TABLE ${quoteName(copy)}`),
      `INSERT INTO ${quoteName(copy)} (${quoteNames(copied)}) SELECT ${sources.join(', ')} FROM ${quoteName(name)}`,
      `DROP TABLE ${quoteName(name)}`,
      // Otherwise the rename would check every trigger that names the table, which at this moment isn't there.
      `PRAGMA legacy_alter_table = ON; ALTER TABLE ${quoteName(copy)} RENAME TO ${quoteName(name)}; PRAGMA legacy_alter_table = OFF`,
      ...indexes,
    ];
    this.#steps.push({ kind: 'rebuild', table: name, copy, steps, sql: steps.join(';\n'), mayOrphan: true });
  }

  execute(sql: PortableSql): void {
    this.#push(sqlFor(this.engine, sql), true);
  }

  backfill(table: string, options: BackfillOptions): void {
    const sql = `UPDATE ${quoteName(table)} SET ${sqlFor(this.engine, options.set)} WHERE ${sqlFor(this.engine, options.where)}`;
    this.#steps.push({ kind: 'backfill', table, options, sql, mayOrphan: true });
  }

  query(sql: PortableSql, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.#query(sqlFor(this.engine, sql), values);
  }

  /** `mayOrphan`: could it leave a row that refers to nothing? Then foreign keys are checked before the commit. */
  #push(sql: string, mayOrphan: boolean): void {
    if (sql.trim() !== '') this.#steps.push({ kind: 'sql', sql: dedent(sql), mayOrphan });
  }
}

/** Without the indentation that a template literal has from the code around it. */
function dedent(sql: string): string {
  const lines = sql
    .split('\n')
    .filter((line, index, all) => line.trim() !== '' || (index > 0 && index < all.length - 1));
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const least = lines.length > 1 ? Math.min(...indents) : 0;
  return lines
    .map((line) => line.slice(least))
    .join('\n')
    .trim();
}
