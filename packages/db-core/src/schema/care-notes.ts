import type { TableNotes } from './table-notes.ts';

/** What the tables of erasure are for. */
export const CARE_NOTES: Readonly<Record<string, TableNotes>> = {
  erasures: {
    purpose:
      'The ledger of what was erased, without any content: it is applied again to whatever is restored from an older backup.',
    columns: {
      kind: '`owner`: everything of one owner. `row`: one row, with what belongs to it.',
      salt: 'Random; hashed with the id of the owner.',
      owner_hash: 'SHA-256 of the salt and the id of the owner, which itself is not kept.',
      table_name: 'The table of a single row.',
      row_id: 'The id of a single row.',
      counts: 'How many rows of each table were erased, or kept under a pseudonym.',
      started_at: 'When it began.',
      completed_at: 'When everything was gone; null while it is under way or was interrupted.',
      applied_at: 'When it was last done again, after a restore.',
    },
    indexes: { erasures_unfinished: 'Those that were interrupted, to be finished.' },
  },
  erasure_permits: {
    purpose:
      'Which immutable rows may go. Permits are written and removed in the transaction that erases; one that is left behind keeps the transaction from being committed.',
    columns: {
      table_name: 'The table of the row.',
      row_id: 'Its id.',
      unkept: 'Refers to nothing, which is looked at when the transaction ends.',
    },
    indexes: { erasure_permits_unkept: 'Whether an identity that is made is what a permit refers to.' },
  },
};
