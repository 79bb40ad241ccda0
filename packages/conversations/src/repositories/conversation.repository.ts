import { defineQuery } from '@keelson/db-core';
import type { ConversationStatus, JsonObject } from '../types.ts';

const columns = [
  'id',
  'title',
  'status',
  'source',
  'external_id',
  'metadata',
  'is_hidden',
  'is_cold',
  'version',
  'message_count',
  'last_message_at',
  'created_at',
  'updated_at',
  'archived_at',
  'closed_at',
  'deleted_at',
  'expires_at',
] as const;

/** Every status but the one that nobody sees. */
export const VISIBLE_STATUSES = ['ACTIVE', 'ARCHIVED', 'CLOSED'] as const;
/** What a list shows unless it is asked for others. */
export const LISTED_STATUSES = ['ACTIVE', 'CLOSED'] as const;
/** The statuses in which a conversation takes messages. */
export const OPEN_STATUSES = ['ACTIVE', 'ARCHIVED'] as const;

/** With the active leaf. It is stored only when it isn't the newest message, which is the rule; see `message.repository.ts`. */
export const findById = defineQuery('conversations.findById', (db, p: { id: string }) =>
  db
    .selectFrom('conversations')
    .select(columns)
    .select(['next_seq', 'active_leaf_id'])
    .select((eb) =>
      eb
        .selectFrom('conversation_messages')
        .select('conversation_messages.id')
        .whereRef('conversation_messages.conversation_id', '=', 'conversations.id')
        .where('conversation_messages.seq', '=', eb('conversations.next_seq', '-', 1))
        .as('newest_message_id'),
    )
    .where('id', '=', p.id)
    .where('status', '<>', 'DELETED'),
);

/** What tells why a conversation can't be changed, without its deleted state hidden. */
export const findState = defineQuery('conversations.findState', (db, p: { id: string }) =>
  db
    .selectFrom('conversations')
    .select(['status', 'version', 'message_count', 'is_cold', 'last_opened_at'])
    .where('id', '=', p.id),
);

export const findByExternalId = defineQuery(
  'conversations.findByExternalId',
  (db, p: { source: string; externalId: string }) =>
    db
      .selectFrom('conversations')
      .select(['id', 'status', 'is_cold'])
      .where('source', '=', p.source)
      .where('external_id', '=', p.externalId),
);

interface ListParams {
  statuses: readonly ConversationStatus[];
  /** `[false]`, or both to have hidden ones too. */
  hidden: readonly boolean[];
  limit: number;
}

/** The newest activity first; those without messages last, the newest id first. */
export const list = defineQuery('conversations.list', (db, p: ListParams) =>
  db
    .selectFrom('conversations')
    .select(columns)
    .where('status', 'in', p.statuses)
    .where('is_hidden', 'in', p.hidden)
    .orderBy('last_message_at', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

/** Goes on after a conversation with messages; those without come from `listEmpty`. */
export const listAfter = defineQuery('conversations.listAfter', (db, p: ListParams & { at: Date; id: string }) =>
  db
    .selectFrom('conversations')
    .select(columns)
    .where('last_message_at', '<=', p.at)
    .where((eb) => eb.or([eb('last_message_at', '<', p.at), eb('id', '<', p.id)]))
    .where('status', 'in', p.statuses)
    .where('is_hidden', 'in', p.hidden)
    .orderBy('last_message_at', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

/** Those without messages, below an id. */
export const listEmpty = defineQuery('conversations.listEmpty', (db, p: ListParams & { id: string }) =>
  db
    .selectFrom('conversations')
    .select(columns)
    .where('last_message_at', 'is', null)
    .where('id', '<', p.id)
    .where('status', 'in', p.statuses)
    .where('is_hidden', 'in', p.hidden)
    // All equal, but without it PostgreSQL sorts instead of following the index.
    .orderBy('last_message_at', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

interface NewParams {
  id: string;
  title: string | null;
  source: string | null;
  metadata: JsonObject;
  isHidden: boolean;
  expiresAt: Date | null;
  now: Date;
}

export const insert = defineQuery('conversations.insert', (db, p: NewParams) =>
  db
    .insertInto('conversations')
    .values({
      id: p.id,
      title: p.title,
      source: p.source,
      metadata: p.metadata,
      is_hidden: p.isHidden,
      expires_at: p.expiresAt,
      created_at: p.now,
      updated_at: p.now,
    })
    .returning(columns),
);

interface ImportedParams {
  id: string;
  title: string | null;
  status: ConversationStatus;
  source: string;
  externalId: string;
  metadata: JsonObject;
  messageCount: number;
  nextSeq: number;
  activeLeafId: string | null;
  lastMessageAt: Date | null;
  archivedAt: Date | null;
  createdAt: Date;
  now: Date;
}

/** One that comes with all its messages. */
export const insertImported = defineQuery('conversations.insertImported', (db, p: ImportedParams) =>
  db.insertInto('conversations').values({
    id: p.id,
    title: p.title,
    status: p.status,
    source: p.source,
    external_id: p.externalId,
    metadata: p.metadata,
    message_count: p.messageCount,
    next_seq: p.nextSeq,
    active_leaf_id: p.activeLeafId,
    last_message_at: p.lastMessageAt,
    archived_at: p.archivedAt,
    created_at: p.createdAt,
    updated_at: p.now,
  }),
);

interface AdoptedParams {
  id: string;
  title: string | null;
  status: ConversationStatus;
  source: string;
  externalId: string;
  metadata: JsonObject;
  isHidden: boolean;
  lastOpenedAt: Date | null;
  archivedAt: Date | null;
  closedAt: Date | null;
  deletedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** One of another system, as it stood there; its messages follow. */
export const insertAdopted = defineQuery('conversations.insertAdopted', (db, p: AdoptedParams) =>
  db.insertInto('conversations').values({
    id: p.id,
    title: p.title,
    status: p.status,
    source: p.source,
    external_id: p.externalId,
    metadata: p.metadata,
    is_hidden: p.isHidden,
    last_opened_at: p.lastOpenedAt,
    archived_at: p.archivedAt,
    closed_at: p.closedAt,
    deleted_at: p.deletedAt,
    created_at: p.createdAt,
    updated_at: p.updatedAt,
  }),
);

/** The newest message becomes the active leaf again. */
export const followNewest = defineQuery('conversations.followNewest', (db, p: { id: string }) =>
  db.updateTable('conversations').set({ active_leaf_id: null }).where('id', '=', p.id),
);

/**
 * Sets the message that the next one follows; none is stored when that is the newest, so that it stays the newest. The
 * newest is known from the row itself, which an append that is under way keeps locked until its message is there.
 */
export const updateLeaf = defineQuery(
  'conversations.updateLeaf',
  (db, p: ChangeParams & { leafId: string; seq: number }) =>
    db
      .updateTable('conversations')
      .set((eb) => ({
        active_leaf_id: eb
          .case()
          .when(eb('next_seq', '-', 1), '=', p.seq)
          .then(null)
          .else(p.leafId)
          .end(),
        updated_at: p.now,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', p.id)
      .where('status', '<>', 'DELETED')
      .where('is_cold', '=', false)
      .where((eb) =>
        eb.not(
          eb.or([
            eb('active_leaf_id', 'is not distinct from', p.leafId),
            eb.and([eb('active_leaf_id', 'is', null), eb(eb('next_seq', '-', 1), '=', p.seq)]),
          ]),
        ),
      )
      .where((eb) => eb('version', '=', eb.fn.coalesce(eb.val(p.ifVersion), 'version')))
      .returning('id'),
);

export const updateTitle = defineQuery('conversations.updateTitle', (db, p: ChangeParams & { title: string | null }) =>
  db
    .updateTable('conversations')
    .set((eb) => ({ title: p.title, updated_at: p.now, version: eb('version', '+', 1) }))
    .where('id', '=', p.id)
    .where('status', '<>', 'DELETED')
    .where((eb) => eb('version', '=', eb.fn.coalesce(eb.val(p.ifVersion), 'version')))
    .returning('id'),
);

export const updateExpiry = defineQuery(
  'conversations.updateExpiry',
  (db, p: ChangeParams & { expiresAt: Date | null }) =>
    db
      .updateTable('conversations')
      .set((eb) => ({ expires_at: p.expiresAt, updated_at: p.now, version: eb('version', '+', 1) }))
      .where('id', '=', p.id)
      .where('status', '<>', 'DELETED')
      .where((eb) => eb('version', '=', eb.fn.coalesce(eb.val(p.ifVersion), 'version')))
      .returning('id'),
);

export interface ChangeParams {
  id: string;
  /** Null means: whatever version it has. */
  ifVersion: number | null;
  now: Date;
}

interface Transition {
  readonly from: readonly ConversationStatus[];
  readonly to: ConversationStatus;
  readonly times: (now: Date) => { archived_at?: Date | null; closed_at?: Date; deleted_at?: Date };
}

/** Gives a row when the conversation was in one of the statuses, and of the version asked for. */
function defineTransition(name: string, { from, to, times }: Transition) {
  return defineQuery(name, (db, p: ChangeParams) =>
    db
      .updateTable('conversations')
      .set((eb) => ({ status: to, ...times(p.now), updated_at: p.now, version: eb('version', '+', 1) }))
      .where('id', '=', p.id)
      .where((eb) => eb.or(from.map((status) => eb('status', '=', status))))
      .where((eb) => eb('version', '=', eb.fn.coalesce(eb.val(p.ifVersion), 'version')))
      .returning('id'),
  );
}

export const archive = defineTransition('conversations.archive', {
  from: ['ACTIVE'],
  to: 'ARCHIVED',
  times: (now) => ({ archived_at: now }),
});
export const unarchive = defineTransition('conversations.unarchive', {
  from: ['ARCHIVED'],
  to: 'ACTIVE',
  times: () => ({ archived_at: null }),
});
export const close = defineTransition('conversations.close', {
  from: OPEN_STATUSES,
  to: 'CLOSED',
  times: (now) => ({ closed_at: now }),
});
export const softDelete = defineTransition('conversations.softDelete', {
  from: VISIBLE_STATUSES,
  to: 'DELETED',
  times: (now) => ({ deleted_at: now }),
});

/** What search shows of them. */
export const searchRows = defineQuery('conversations.searchRows', (db, p: { ids: readonly string[] }) =>
  db
    .selectFrom('conversations')
    .select(['id', 'title', 'created_at as at', 'id as conversation', 'status'])
    .where('id', 'in', p.ids)
    .where('status', '<>', 'DELETED')
    .where('is_hidden', '=', false),
);
