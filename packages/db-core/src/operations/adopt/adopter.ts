import type { ErasableRow } from '../../care/erased-before.ts';
import type { UserHandle } from '../../database/handle.ts';
import type { AccountToAdopt, AdoptedAccount } from '../../platform/adopted-account.ts';
import type { TableTally } from './tally.ts';

/** What becomes of a column of the other system: where its values go, or why they aren't taken. */
export type ColumnFate = { readonly to: string } | { readonly refused: string };

export interface LegacyTable {
  readonly name: string;
  /** Every column that the table is known to have. */
  readonly columns: Readonly<Record<string, ColumnFate>>;
  /** Without these a table of this name is another system's. The others may be missing: older versions hadn't them. */
  readonly key: readonly string[];
  /** Why nothing of it is taken, if so: its rows are counted and not read. */
  readonly refused?: string;
}

export type LegacyRow = Readonly<Record<string, unknown>> & { readonly $row: number };

/** A file of the other system. It is only read. */
export interface LegacySource {
  readonly path: string;
  /** Has it this table? */
  has(table: string): boolean;
  /** Every row, in the order of row numbers, or of a column and then of these. A column that isn't there is null. */
  rows(table: string, columns: readonly string[], options?: { readonly orderBy?: string }): Iterable<LegacyRow>;
  /** Gives rows by their numbers (`$row`). */
  reader(table: string, columns: readonly string[]): (row: number) => LegacyRow | undefined;
}

/** What an adopter works with while it brings in one file, in one transaction. */
export interface Adoption {
  readonly source: LegacySource;
  /** Whose the rows become that name no user. */
  readonly defaultUser: string;
  /** The handle of an owner; in the file's transaction, as everything else. Throws `ValidationError` for what can't be an id. */
  user(userId: string): UserHandle;
  /** Counts what becomes of a table's rows. */
  tally(table: string): TableTally;
  /** Stores an account, unless it is there. */
  account(account: AccountToAdopt): Promise<AdoptedAccount>;
  /**
   * Was the row erased here, by itself or with everything that its owner had until then? It must not come back; what the
   * owner made afterwards is new.
   */
  wasErased(row: ErasableRow): boolean;
  /** As `wasErased`, for a row of which only the id is known. */
  wasRowErased(table: string, id: string): boolean;
  /**
   * Whose the rows of a table are that earlier files of this system brought in, by their ids. The table has a column
   * `source`, into which the adopter wrote the system's name.
   */
  adoptedBefore(table: string): Promise<ReadonlyMap<string, string>>;
  /** To be awaited for every row: lets others have their turn, tells how far it is, and stops when somebody asks for that. */
  readonly step: () => Promise<void>;
}

/**
 * Brings the rows of one system that is replaced into the database. It must find again what it brought before, so that
 * doing it twice adds nothing, and it checks every value first: a statement that fails takes the whole file with it.
 */
export interface Adopter {
  /** The system's name, as its people know it. */
  readonly system: string;
  /** In the order in which they must be brought in: of several files, those with the first ones come first. */
  readonly tables: readonly LegacyTable[];
  /** Called once, with all files of the system; what it gives is called for each of them, and again when a transaction is repeated. */
  begin(sources: readonly LegacySource[], defaultUser: string): (adoption: Adoption) => Promise<void>;
}
