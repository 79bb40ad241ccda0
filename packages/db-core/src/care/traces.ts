import type { Database } from '../database/database.ts';
import { quoteName } from '../schema/identifiers.ts';
import { findOwners } from './find-owners.ts';
import { Ledger } from './ledger.ts';
import { Statements } from './statements.ts';
import { cleanStorage } from './storage.ts';
import { forgetVectors } from './vector-index.ts';

/** What is made of an owner's rows, beside the marks by which it is made again. */
const MADE_OF_ROWS = ['search_entries', 'search_postings', 'search_indexes'];

export interface Span {
  /** The moment of the full backup… */
  readonly since: Date;
  /** …and that of its last increment. */
  readonly until: Date;
}

/**
 * Between a full backup and its increments owners may have been erased. Their rows went with the increments; this takes
 * what the full one had made of them, and writes anew what held it. Who came back since has marks of all that they wrote, of
 * which the search index is made again.
 */
export async function clearTraces(database: Database, { since, until }: Span): Promise<void> {
  const statements = new Statements(database);
  const ledger = new Ledger(database.system('care: what was erased between two backups'));
  const erased = (await ledger.list('all')).filter(
    ({ kind, completedAt }) => kind === 'owner' && completedAt !== null && completedAt > since && completedAt <= until,
  );
  if (erased.length === 0) return;
  const owners = new Set((await findOwners(database, statements, erased)).values());
  for (const userId of owners) {
    for (const table of MADE_OF_ROWS)
      await statements.change('care.clear', `DELETE FROM ${quoteName(table)} WHERE user_id = $1`, [userId]);
    await forgetVectors(database, userId);
  }
  const tables = [...erased.flatMap(({ counts }) => Object.keys(counts)), ...MADE_OF_ROWS];
  await cleanStorage(database, { tables, rewrite: true });
}
