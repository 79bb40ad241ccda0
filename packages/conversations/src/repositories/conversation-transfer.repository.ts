import { defineQuery } from '@keelson/db-core';
import type { ConversationStatus, JsonObject } from '../types.ts';

/** All that can be seen, by id, above one. */
export const listIdsAfter = defineQuery('conversations.listIdsAfter', (db, p: { id: string; limit: number }) =>
  db
    .selectFrom('conversations')
    .select('id')
    .where('id', '>', p.id)
    .where('status', '<>', 'DELETED')
    .orderBy('id')
    .limit(p.limit),
);

/** Those of one source that have one of these external ids. */
export const findByExternalIds = defineQuery(
  'conversations.findByExternalIds',
  (db, p: { source: string; externalIds: readonly string[] }) =>
    db
      .selectFrom('conversations')
      .select(['id', 'status', 'is_cold', 'external_id'])
      .where('source', '=', p.source)
      .where('external_id', 'in', p.externalIds),
);

interface RestoredParams {
  id: string;
  title: string | null;
  status: ConversationStatus;
  source: string | null;
  externalId: string | null;
  metadata: JsonObject;
  isHidden: boolean;
  version: number;
  messageCount: number;
  nextSeq: number;
  activeLeafId: string | null;
  lastMessageAt: Date | null;
  archivedAt: Date | null;
  closedAt: Date | null;
  expiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** One of an export of Keelson's own, as it stood there; it comes with all its messages. */
export const insertRestored = defineQuery('conversations.insertRestored', (db, p: RestoredParams) =>
  db.insertInto('conversations').values({
    id: p.id,
    title: p.title,
    status: p.status,
    source: p.source,
    external_id: p.externalId,
    metadata: p.metadata,
    is_hidden: p.isHidden,
    version: p.version,
    message_count: p.messageCount,
    next_seq: p.nextSeq,
    active_leaf_id: p.activeLeafId,
    last_message_at: p.lastMessageAt,
    archived_at: p.archivedAt,
    closed_at: p.closedAt,
    expires_at: p.expiresAt,
    created_at: p.createdAt,
    updated_at: p.updatedAt,
  }),
);
