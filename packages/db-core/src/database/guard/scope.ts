import { deny } from './allowed.ts';
import type { ColumnInfo, TableInfo } from './tables.ts';

/** What a FROM or JOIN brings into a query: a table, or rows of a subquery or CTE whose columns aren't known. */
export interface Source {
  readonly alias: string;
  readonly table: TableInfo | undefined;
}

/** The names that are visible at one place of a query. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #sources: Source[] = [];
  readonly #ctes = new Set<string>();

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

  addCte(name: string): void {
    this.#ctes.add(name);
  }

  isCte(name: string): boolean {
    return this.#ctes.has(name) || (this.#parent?.isCte(name) ?? false);
  }

  /** The column that a reference means, as far as it can be told. Only encoding and null order depend on it, not safety. */
  column(name: string, qualifier: string | undefined): ColumnInfo | undefined {
    for (const { alias, table } of this.#sources) {
      if (qualifier !== undefined && alias !== qualifier) continue;
      const column = table?.columns.get(name);
      if (column !== undefined) return column;
      if (qualifier !== undefined) return undefined;
    }
    return this.#parent?.column(name, qualifier);
  }
}
