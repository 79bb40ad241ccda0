import type { EngineKind } from '../engine/contract.ts';
import { ConfigurationError } from '../errors/index.ts';
import { type Column, columnSql } from './columns.ts';
import type { ForeignKeyDescription } from './description.ts';
import { quoteName, quoteNames } from './identifiers.ts';

/** SQL that both engines understand, or one text for each. */
export type PortableSql = string | { readonly sqlite: string; readonly postgres: string };

export type Columns = Readonly<Record<string, Column>>;

/**
 * A column of an index, with its order. Say where nulls go if the column can be null: indexes serve a query only when
 * both agree. SQLite knows nulls first in ascending and last in descending order.
 */
export type IndexColumn<Name extends string = string> =
  | Name
  | `${Name} desc`
  | `${Name} asc nulls first`
  | `${Name} desc nulls last`;

export interface IndexOptions<Name extends string = string> {
  readonly columns: readonly IndexColumn<Name>[];
  readonly unique?: boolean;
  /** Only the rows for which this holds. */
  readonly where?: PortableSql;
}

export interface ForeignKey<Name extends string = string> {
  readonly columns: readonly Name[];
  /** The table referred to and its columns. */
  readonly references: readonly [table: string, columns: readonly string[]];
  /** Default: `no action`, which looks when the statement is done; `restrict` looks at each row, before the rows that go with it are gone. */
  readonly onDelete?: ForeignKeyDescription['onDelete'];
  /** Checked at commit, for rows that refer to each other. */
  readonly deferred?: boolean;
}

export interface TableOptions<Name extends string = string> {
  readonly primaryKey: readonly Name[];
  readonly foreignKeys?: readonly ForeignKey<Name>[];
  /** By name. */
  readonly indexes?: Readonly<Record<string, IndexOptions<Name>>>;
  /** Rules that concern several columns, by name. */
  readonly checks?: Readonly<Record<string, PortableSql>>;
  /** SQLite: keep rows in the primary key's order. Only for narrow tables (below some 200 bytes a row). */
  readonly withoutRowid?: boolean;
  /** PostgreSQL: percent of a page that inserts fill; the rest is for new versions of rows that change often. */
  readonly fillFactor?: number;
}

/** What makes a table, in the order in which it must run. `foreignKeys` come when all tables of a migration exist. */
export interface TableSql {
  readonly table: string;
  readonly indexes: readonly string[];
  readonly foreignKeys: readonly string[];
}

export function sqlFor(engine: EngineKind, sql: PortableSql): string {
  return typeof sql === 'string' ? sql : sql[engine];
}

export function tableSql(engine: EngineKind, name: string, columns: Columns, options: TableOptions): TableSql {
  const inline = [
    ...Object.entries(columns).map(([column, definition]) => columnSql(engine, name, column, definition)),
    `CONSTRAINT ${quoteName(`${name}_pkey`)} PRIMARY KEY (${quoteNames(options.primaryKey)})`,
    ...Object.entries(options.checks ?? {}).map(
      ([check, sql]) => `CONSTRAINT ${quoteName(check)} CHECK (${sqlFor(engine, sql)})`,
    ),
  ];
  const foreignKeys = (options.foreignKeys ?? []).map((key) => foreignKeySql(name, key));
  const lines = engine === 'sqlite' ? [...inline, ...foreignKeys] : inline;
  return {
    table: `CREATE TABLE ${quoteName(name)} (\n  ${lines.join(',\n  ')}\n)${storage(engine, options)}`,
    indexes: Object.entries(options.indexes ?? {}).map(([index, definition]) =>
      indexSql(engine, index, name, definition),
    ),
    foreignKeys: engine === 'sqlite' ? [] : foreignKeys.map((sql) => `ALTER TABLE ${quoteName(name)} ADD ${sql}`),
  };
}

function storage(engine: EngineKind, { withoutRowid, fillFactor }: TableOptions): string {
  if (engine === 'sqlite') return withoutRowid === true ? ' WITHOUT ROWID' : '';
  return fillFactor === undefined ? '' : ` WITH (fillfactor = ${fillFactor})`;
}

function foreignKeySql(
  table: string,
  { columns, references: [parent, parentColumns], onDelete = 'no action', deferred }: ForeignKey,
): string {
  const own = columns.filter((column) => column !== 'user_id');
  return [
    `CONSTRAINT ${quoteName(`${table}_${own.join('_')}_fkey`)}`,
    `FOREIGN KEY (${quoteNames(columns)})`,
    `REFERENCES ${quoteName(parent)} (${quoteNames(parentColumns)})`,
    `ON DELETE ${onDelete.toUpperCase()}`,
    ...(deferred === true ? ['DEFERRABLE INITIALLY DEFERRED'] : []),
  ].join(' ');
}

export function indexSql(
  engine: EngineKind,
  name: string,
  table: string,
  { columns, unique, where }: IndexOptions,
): string {
  const parts = columns.map((column) => indexColumnSql(engine, column));
  const filter = where === undefined ? '' : ` WHERE ${sqlFor(engine, where)}`;
  return `CREATE ${unique === true ? 'UNIQUE ' : ''}INDEX ${quoteName(name)} ON ${quoteName(table)} (${parts.join(', ')})${filter}`;
}

const INDEX_COLUMN = /^(?<name>[a-z0-9_]+)(?<order> desc| asc nulls first| desc nulls last)?$/;

function indexColumnSql(engine: EngineKind, column: string): string {
  const { name, order = '' } = INDEX_COLUMN.exec(column)?.groups ?? {};
  if (name === undefined)
    throw new ConfigurationError(
      `"${column}" is no column of an index; write "name", "name desc", "name asc nulls first" or "name desc nulls last".`,
    );
  // What remains is SQLite's only order, which it doesn't let an index say.
  const said = engine === 'sqlite' ? order.replace(/ nulls (first|last)/, '').replace(' asc', '') : order;
  return `${quoteName(name)}${said.toUpperCase()}`;
}

export function addColumnSql(engine: EngineKind, table: string, name: string, column: Column): string {
  const { nullable, default: value } = column.spec;
  if (!nullable && value === undefined) {
    throw new ConfigurationError(
      `The rows of ${table} need a value in the new column ${name}: make it nullable or give it a default.`,
    );
  }
  return `ALTER TABLE ${quoteName(table)} ADD COLUMN ${columnSql(engine, table, name, column)}`;
}
