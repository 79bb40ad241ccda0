import type { SelectQueryNode } from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { deny } from './allowed.ts';
import type { ColumnInfo, TableInfo } from './tables.ts';

/** What a FROM or JOIN brings into a query: a table, or rows of a subquery or CTE. */
export interface Source {
  readonly alias: string;
  readonly table: TableInfo | undefined;
  /** Of a subquery or CTE, those columns whose types are known. */
  readonly columns?: Columns | undefined;
}

export type Columns = ReadonlyMap<string, ColumnInfo>;

/** A column of a query's result. */
export interface Output {
  /** Undefined for an expression without an alias. */
  readonly name: string | undefined;
  /** Its type, as far as it can be told. */
  readonly codec: Codec | undefined;
  /** Is it a column of a table, whose type the engine knows itself? */
  readonly isColumn: boolean;
}

/** What a subquery at this place gives. */
type Outputs = (query: SelectQueryNode, scope: Scope) => readonly Output[];

/** The names that are visible at one place of a query. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #sources: Source[] = [];
  readonly #ctes = new Map<string, Columns | undefined>();

  readonly #outputs: Outputs | undefined;

  constructor(parent?: Scope, outputs?: Outputs) {
    this.#parent = parent;
    this.#outputs = outputs ?? (parent === undefined ? undefined : parent.#outputs);
  }

  /** The columns of a query that stands in an expression here. */
  outputsOf(query: SelectQueryNode): readonly Output[] {
    return this.#outputs?.(query, this) ?? [];
  }

  get sources(): readonly Source[] {
    return this.#sources;
  }

  /** Two sources of one name would leave it to the engine which of them a predicate narrows. SQLite folds case. */
  addSource(source: Source): void {
    const name = source.alias.toLowerCase();
    if (this.#sources.some(({ alias }) => alias.toLowerCase() === name))
      deny(`two tables are called "${source.alias}"`);
    this.#sources.push(source);
  }

  addCte(name: string, columns?: Columns): void {
    this.#ctes.set(name, columns);
  }

  cteColumns(name: string): Columns | undefined {
    return this.#ctes.has(name) ? this.#ctes.get(name) : this.#parent?.cteColumns(name);
  }

  isCte(name: string): boolean {
    return this.#ctes.has(name) || (this.#parent?.isCte(name) ?? false);
  }

  /** The column that a reference means, as far as it can be told. Only encoding and null order depend on it, not safety. */
  column(name: string, qualifier: string | undefined): ColumnInfo | undefined {
    for (const { alias, table, columns = table?.columns } of this.#sources) {
      if (qualifier !== undefined && alias !== qualifier) continue;
      const column = columns?.get(name);
      if (column !== undefined) return column;
      if (qualifier !== undefined) return undefined;
    }
    return this.#parent?.column(name, qualifier);
  }

  /** Is it a table's own column, and not an expression of a subquery? */
  isTableColumn(name: string, qualifier: string | undefined): boolean {
    const source = this.#sources.find(({ alias, table, columns = table?.columns }) =>
      qualifier === undefined ? columns?.has(name) === true : alias === qualifier,
    );
    if (source === undefined) return this.#parent?.isTableColumn(name, qualifier) ?? false;
    return source.table !== undefined;
  }
}
