import { type Database, type RetentionRule, Search } from '@keelson/db-core';
import { freeze } from './cold/freeze.ts';
import { conversationSources } from './search-sources.ts';
import type { ConversationId } from './types.ts';

/** Words of what is gone are in the index until it is brought in step. */
const afterErase = (database: Database, userId: string): Promise<number> =>
  new Search(database, conversationSources).refresh(userId);

/** By these a use shows. */
const USES = ['updated_at', 'last_message_at', 'last_opened_at'] as const;

/** In settings 0 stands for it. */
const orNever = (ms: number): number | null => (ms === 0 ? null : ms);

/** How long conversations are kept: for db-core's `Retention` and `retentionJob`. */
export const conversationRetention: readonly RetentionRule[] = [
  {
    name: 'conversations.unused',
    purpose: 'conversations that nobody has used for long (RETENTION_ARCHIVE_DAYS)',
    table: 'conversations',
    action: 'archive',
    since: [...USES],
    where: { status: ['ACTIVE'] },
    keepMs: ({ retention }) => orNever(retention.archiveMs),
    set: { status: 'ARCHIVED' },
    stamps: ['archived_at'],
  },
  {
    name: 'conversations.cold',
    purpose: 'conversations that are archived or closed and that nobody has used for long (RETENTION_COLD_DAYS)',
    table: 'conversations',
    action: 'move',
    since: [...USES],
    where: { status: ['ARCHIVED', 'CLOSED'], is_cold: [false] },
    keepMs: ({ retention }) => orNever(retention.coldMs),
    move: (database, { userId, id, before }) =>
      freeze(database, database.forUser(userId), { id: id as ConversationId, unusedSince: before }),
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
    name: 'conversations.archived',
    purpose: 'conversations that were archived and that nobody has used for long (RETENTION_ARCHIVED_DAYS)',
    table: 'conversations',
    action: 'erase',
    since: ['archived_at', ...USES],
    where: { status: ['ARCHIVED'] },
    keepMs: ({ retention }) => orNever(retention.archivedMs),
    set: { status: 'DELETED' },
    stamps: ['deleted_at'],
    afterErase,
  },
  {
    name: 'conversations.closed',
    purpose: 'conversations that were closed and that nobody has used for long (RETENTION_CLOSED_DAYS)',
    table: 'conversations',
    action: 'erase',
    since: ['closed_at', ...USES],
    where: { status: ['CLOSED'] },
    keepMs: ({ retention }) => orNever(retention.closedMs),
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
    keepMs: ({ retention }) => orNever(retention.deletedMs),
    afterErase,
  },
];
