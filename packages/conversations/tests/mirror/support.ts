import { type Database, loadDatabaseConfig, openDatabase } from '@keelson/db-core';
import type { RawConnection } from '@keelson/db-core/testing';
import { openParts } from '../../src/cold/parts.ts';
import {
  mirrorConversations,
  mirrorMigrations,
  type MirrorOptions,
  type MirrorOutcome,
} from '../../src/mirror/index.ts';

/** As the command does it, with pages so small that every test has several. */
export function mirrorOnce(
  source: Database,
  url: string,
  options: Partial<MirrorOptions> = {},
): Promise<MirrorOutcome> {
  return mirrorConversations(source, { to: configOf(url), once: true, pageSize: 3, ...options });
}

export function configOf(url: string): MirrorOptions['to'] {
  return loadDatabaseConfig({ url, env: {} });
}

/** Everything that the mirror has. */
export async function mirrored(url: string): Promise<{ conversations: unknown[]; messages: unknown[] }> {
  await using target = openDatabase({ url, env: {}, schema: 'own', migrations: mirrorMigrations });
  const system = target.system('test: what is mirrored');
  return {
    conversations: await system.all((db) =>
      db
        .selectFrom('mirror_conversations')
        .select(['user_id', 'id', 'status', 'source', 'is_hidden', 'is_cold', 'message_count'])
        .select(['created_at', 'created_on', 'updated_at', 'last_message_at', 'archived_at', 'closed_at'])
        .orderBy('user_id')
        .orderBy('id'),
    ),
    messages: await system.all((db) =>
      db
        .selectFrom('mirror_messages')
        .select(['user_id', 'id', 'conversation_id', 'seq', 'role', 'status', 'source'])
        .select(['model_name', 'tokens', 'token_count', 'latency_ms', 'created_at', 'created_on'])
        .orderBy('user_id')
        .orderBy('id'),
    ),
  };
}

/** What it should have: a plain query of the source, and what lies in cold storage. */
export async function expected(source: Database): Promise<{ conversations: unknown[]; messages: unknown[] }> {
  const system = source.system('test: what is to be mirrored');
  const conversations = await system.all((db) =>
    db
      .selectFrom('conversations')
      .select(['user_id', 'id', 'status', 'source', 'is_hidden', 'is_cold', 'message_count'])
      .select(['created_at', 'updated_at', 'last_message_at', 'archived_at', 'closed_at'])
      .where('status', '<>', 'DELETED'),
  );
  const messages = await system.all((db) =>
    db
      .selectFrom('conversation_messages as m')
      .innerJoin('conversations as c', (join) =>
        join.onRef('c.user_id', '=', 'm.user_id').onRef('c.id', '=', 'm.conversation_id'),
      )
      .select(['m.user_id', 'm.id', 'm.conversation_id', 'm.seq', 'm.role', 'm.status', 'm.source'])
      .select(['m.model_name', 'm.tokens', 'm.token_count', 'm.latency_ms', 'm.created_at'])
      .where('c.status', '<>', 'DELETED'),
  );
  for (const { user_id: userId, id, is_cold: isCold } of conversations) {
    if (!isCold) continue;
    for await (const { rows } of openParts(source.forUser(userId), id))
      for (const { content, parts, parent_id, request_id, request_part, external_id, metadata, ...row } of rows) {
        void [content, parts, parent_id, request_id, request_part, external_id, metadata];
        messages.push({ user_id: userId, ...row });
      }
  }
  const withDay = <T extends { created_at: Date }>(rows: readonly T[]): (T & { created_on: string })[] =>
    rows.map((row) => ({ ...row, created_on: row.created_at.toISOString().slice(0, 10) }));
  return { conversations: withDay(conversations).sort(byKey), messages: withDay(messages).sort(byKey) };
}

function byKey(a: { user_id: string; id: string }, b: { user_id: string; id: string }): number {
  if (a.user_id !== b.user_id) return a.user_id < b.user_id ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Every value in the tables of a mirror, as text, whatever is in them. */
export async function allText(raw: RawConnection): Promise<string> {
  const tables: unknown[] = [];
  for (const table of ['mirror_conversations', 'mirror_messages', 'mirror_state'])
    tables.push(await raw.query(`SELECT * FROM ${table}`));
  return JSON.stringify(tables);
}
