import { tenantTables } from '@keelson/db-core/testing';

/** Tables with owners whose rows nobody follows, each with its reason. */
export const UNTRACKED: ReadonlyMap<string, string> = new Map([
  ['idempotency_keys', 'it says which requests were answered, for a day; what they changed is in the feed'],
  ...[
    'search_marks',
    'search_embedding_marks',
    'search_indexes',
    'search_entries',
    'search_postings',
    'conversation_branches',
  ].map((name): [string, string] => [name, "it is made of other tables' rows: whoever follows those learns of it"]),
]);

/** Those whose changes are in the feed. */
export const tracked = tenantTables.filter(({ name }) => !UNTRACKED.has(name));
