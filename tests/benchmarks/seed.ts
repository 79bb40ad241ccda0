import { type ConversationStatus, type Database, defineQuery, type JsonValue, openDatabase } from '@keelson/db-core';
import type { Population } from './population.ts';
import type { MessageRow } from './rows.ts';

interface NewConversation {
  readonly id: string;
  readonly title: string | null;
  readonly status: ConversationStatus;
  readonly source: string | null;
  readonly external_id: string | null;
  readonly metadata: unknown;
  readonly is_hidden: boolean;
  readonly version: number;
  readonly next_seq: number;
  readonly message_count: number;
  readonly last_message_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly archived_at: Date | null;
}

const insertConversation = defineQuery('benchmark.seedConversation', (db, p: NewConversation) =>
  db.insertInto('conversations').values({
    id: p.id,
    title: p.title,
    status: p.status,
    source: p.source,
    external_id: p.external_id,
    metadata: p.metadata as JsonValue,
    is_hidden: p.is_hidden,
    version: p.version,
    next_seq: p.next_seq,
    message_count: p.message_count,
    last_message_at: p.last_message_at,
    created_at: p.created_at,
    updated_at: p.updated_at,
    archived_at: p.archived_at,
  }),
);

const insertMessage = defineQuery('benchmark.seedMessage', (db, p: MessageRow) =>
  db.insertInto('conversation_messages').values({
    id: p.id,
    conversation_id: p.conversation_id,
    seq: p.seq,
    parent_id: p.parent_id,
    role: p.role,
    content: p.content,
    parts: p.parts as JsonValue,
    status: p.status,
    source: p.source,
    model_name: p.model_name,
    tokens: p.tokens,
    latency_ms: p.latency_ms,
    metadata: p.metadata as JsonValue,
    created_at: p.created_at,
  }),
);

/** Adds everything of a population. */
export async function store(database: Database, population: Population): Promise<void> {
  await population.make((userId, conversation, messages) =>
    database.transaction(userId, async (user) => {
      await user.run(insertConversation, { ...conversation, next_seq: messages.length + 1 });
      await user.runMany(insertMessage, messages);
    }),
  );
}

/** Migrates a fresh database and fills it; every contender then gets a copy. */
export async function seed(url: string, population: Population): Promise<void> {
  const database = openDatabase({ url, env: {} });
  try {
    await database.initialize();
    await store(database, population);
  } finally {
    await database.close();
  }
}
