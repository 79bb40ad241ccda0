/**
 * What a column may tell, of whom:
 *
 * - `none`: what nobody minds: states, counts, times, sizes.
 * - `internal`: how the system works: ids that the program made, digests, names of programs and hosts.
 * - `personal`: what people wrote, or by which they can be known. Erased with its owner; replaced in a scrubbed copy.
 * - `secret`: what opens something. Never logged; dropped from a scrubbed copy.
 */
export type ColumnClass = 'none' | 'internal' | 'personal' | 'secret';

/** What becomes of an owner's rows when the owner is erased. */
export type OwnedRows =
  /** They go. */
  | 'delete'
  /** They stay, under a pseudonym and without what is personal in them: that something happened is kept, not what. */
  | 'pseudonymise';

export interface TableCare {
  readonly columns: Readonly<Record<string, ColumnClass>>;
  /** The columns that hold an owner's id. Default: `user_id`, where there is one. */
  readonly owners?: readonly string[];
  /** Default: `delete`. */
  readonly ownedRows?: OwnedRows;
  /** A trigger refuses changes without a permit; such a table has `user_id` and `id`. */
  readonly isImmutable?: boolean;
  /** In which order an owner's rows go, as SQL, where rows refer to others of the same table. */
  readonly order?: string;
  /** The column with the id of the row of another table that a row is about, and with which it goes. */
  readonly about?: string;
  /** Columns that are emptied first, because they refer to rows that go before. */
  readonly released?: readonly string[];
}
