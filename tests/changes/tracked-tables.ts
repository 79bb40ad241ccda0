import { tenantTables } from '@keelson/db-core/testing';

/** Tables with owners whose rows nobody follows, each with its reason. */
export const UNTRACKED: ReadonlyMap<string, string> = new Map([
  ['idempotency_keys', 'it says which requests were answered, for a day; what they changed is in the feed'],
]);

/** Those whose changes are in the feed. */
export const tracked = tenantTables.filter(({ name }) => !UNTRACKED.has(name));
