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

/** The names that are visible at one place of a query. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #sources: Source[] = [];
  readonly #ctes = new Map<string, Columns | undefined>();

  constructor(parent?: Scope) {
    this.#parent = parent;
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
