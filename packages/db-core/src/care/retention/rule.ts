import type { DatabaseConfig } from '../../config/index.ts';
import type { Database } from '../../database/database.ts';

/**
 * How long rows of a table are kept, and what becomes of them then. A domain declares its own; the mechanism is the same for
 * all of them.
 *
 * @example
 * ```ts
 * const rule: RetentionRule = {
 *   name: 'invoices.drafts',
 *   purpose: 'drafts that nobody finished',
 *   table: 'billing_invoices',
 *   action: 'remove',
 *   since: ['updated_at'],
 *   where: { status: ['draft'] },
 *   keepMs: 7 * 86_400_000,
 * };
 * ```
 */
export interface RetentionRule {
  /** `area.what`, in lower case; each is there once. */
  readonly name: string;
  /** What it concerns, for people. */
  readonly purpose: string;
  readonly table: string;
  /**
   * - `archive`: the rows stay and get the values of `set`.
   * - `remove`: they go, with the rows that refer to them.
   * - `erase`: they go for good, as a person's right has it: also immutable ones, with a line in the ledger of erasures, and
   *   out of the search index. The table must have `user_id` and `id`.
   * - `move`: each row is given to `move`, which puts it, or what belongs to it, elsewhere. The table must have `user_id` and
   *   `id`.
   */
  readonly action: 'archive' | 'remove' | 'erase' | 'move';
  /** Columns with times. A row is due when the latest of its times is so long ago; one without any never is. */
  readonly since: readonly string[];
  /** Milliseconds, or what the configuration says. Null: for ever. */
  readonly keepMs: number | ((config: DatabaseConfig) => number | null);
  /** Which rows: those that have, in each of these columns, one of these values. Default: all. */
  readonly where?: Readonly<Record<string, readonly (string | boolean)[]>>;
  /**
   * What `archive` writes. With `erase` it is written first, on condition that the row is still due, so that nobody who
   * changes the row meanwhile believes that it stays.
   */
  readonly set?: Readonly<Record<string, string | boolean>>;
  /** Columns that get the time of the change, where they have none. `updated_at` and `version` change by themselves. */
  readonly stamps?: readonly string[];
  /** The rows' ids begin with the time when they were made, as `newId` makes them, so that younger ones needn't be read. */
  readonly idsByTime?: boolean;
  /** How many rows are kept at most, however young they are: only with `idsByTime`, in a table whose key is the id. */
  readonly mostRows?: (config: DatabaseConfig) => number;
  /**
   * What `move` does with a row, in a transaction of its own. It looks again whether the row is due still, with nobody able
   * to change that meanwhile: it was not used after `before`. Gives false when there was nothing to do.
   */
  readonly move?: (database: Database, row: DueRow) => Promise<boolean>;
  /** After rows of an owner were erased, and before their bytes are cleared away: for what is made of them. */
  readonly afterErase?: (database: Database, userId: string) => Promise<unknown>;
}

/** A row that is due, and since when it must not have been used. */
export interface DueRow {
  readonly userId: string;
  readonly id: string;
  readonly before: Date;
}

/** A rule, and how many rows it concerns. */
export interface RetentionOutcome {
  readonly rule: string;
  readonly purpose: string;
  readonly table: string;
  readonly action: RetentionRule['action'];
  /** Null: for ever. */
  readonly keepMs: number | null;
  /** Rows whose time is not after this one are due. Null: none. */
  readonly before: Date | null;
  readonly rows: number;
}
