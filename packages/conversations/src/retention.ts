import { type Database, type RetentionRule, Search } from '@keelson/db-core';
import { conversationSources } from './search-sources.ts';

/** Words of what is gone are in the index until it is brought in step. */
const afterErase = (database: Database, userId: string): Promise<number> =>
  new Search(database, conversationSources).refresh(userId);

/** How long conversations are kept: for db-core's `Retention` and `retentionJob`. */
export const conversationRetention: readonly RetentionRule[] = [
  {
    name: 'conversations.unused',
    purpose: 'conversations that nobody has used for long (RETENTION_ARCHIVE_DAYS)',
    table: 'conversations',
    action: 'archive',
    since: ['updated_at', 'last_message_at', 'last_opened_at'],
    where: { status: ['ACTIVE'] },
    keepMs: ({ retention }) => (retention.archiveMs === 0 ? null : retention.archiveMs),
    set: { status: 'ARCHIVED' },
    stamps: ['archived_at'],
  },
  {
    name: 'conversations.expired',
    purpose: 'conversations whose time is over (their expiresAt)',
    table: 'conversations',
    action: 'erase',
    since: ['expires_at'],
    keepMs: 0,
    set: { status: 'DELETED' },
    stamps: ['deleted_at'],
    afterErase,
  },
  {
    name: 'conversations.deleted',
    purpose: 'conversations that were deleted long ago (RETENTION_DELETED_DAYS)',
    table: 'conversations',
    action: 'erase',
    since: ['deleted_at'],
    where: { status: ['DELETED'] },
    keepMs: ({ retention }) => (retention.deletedMs === 0 ? null : retention.deletedMs),
    afterErase,
  },
];
