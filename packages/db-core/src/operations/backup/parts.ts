import { isOfVectorIndex } from '../../care/vector-index.ts';
import type { TableParts } from './format.ts';

/** What an increment says besides its rows: which rows of tracked tables are not as they were… */
export const CHANGES_TABLE = 'keelson_changes';
/** …and which parts of the others. */
export const PARTS_TABLE = 'keelson_parts';

/**
 * What no increment holds. The change log ends with a restore; migrations are those of the parent; the search index is
 * made again from the rows that changed, which the triggers of search mark as they are brought in.
 */
const DERIVED: readonly string[] = [
  'app_instances',
  'change_epoch',
  'change_log',
  'change_tables',
  'schema_migrations',
  'search_entries',
  'search_indexes',
  'search_marks',
  'search_postings',
];

export function isDerived(table: string): boolean {
  return DERIVED.includes(table) || isOfVectorIndex(table);
}

/** Untracked tables that grow with time, and have ids of which the first characters are the time. */
const GROWING: readonly string[] = ['backups', 'idempotency_keys', 'readiness_samples', 'system_logs', 'user_sessions'];

/** Six characters of a time-ordered id are four and a half hours: few parts, of which few change. */
const LENGTH = 6;

/** By how many characters of their ids the rows of an untracked table are put into parts. */
export function partLength(table: string): number {
  return GROWING.includes(table) ? LENGTH : 0;
}

/** Parts that another list doesn't have so: they are to be had anew, or are gone. */
export function changedParts(before: readonly TableParts[], now: readonly TableParts[]): Map<string, string[]> {
  const known = (list: readonly TableParts[], name: string): ReadonlyMap<string, string> =>
    new Map(list.find(({ table }) => table === name)?.parts);
  return new Map(
    now.map(({ table }) => {
      const [old, present] = [known(before, table), known(now, table)];
      const all = new Set([...old.keys(), ...present.keys()]);
      return [table, [...all].filter((part) => old.get(part) !== present.get(part)).sort()];
    }),
  );
}
