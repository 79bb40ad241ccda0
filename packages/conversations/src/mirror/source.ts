import type { Database, SystemHandle } from '@keelson/db-core';
import { type ColdRow, unpack } from '../cold/pack.ts';
import { ColdStorageDamagedError } from '../errors.ts';
import * as queries from '../repositories/mirror.repository.ts';
import { idsByUser, type Key, keyOf, textOf } from './keys.ts';
import type { MirrorConversation, MirrorMessage } from './tables.ts';

type ConversationRow = (typeof queries.listConversations)['row'];
type MessageRow = (typeof queries.listMessages)['row'];

/** Rows by {@link textOf} of their keys. */
export type ByKey<T> = ReadonlyMap<string, T>;

/** A page of rows as they are to stand in the mirror, and where it ended; null after the last one. */
export interface SourcePage<T> {
  readonly rows: readonly T[];
  readonly end: Key | null;
}

/** What the mirror is made of: the conversations that nobody has deleted, and all their messages. */
export class MirrorSource {
  readonly #system: SystemHandle;
  readonly #limit: number;

  constructor(database: Database, limit: number) {
    this.#system = database.system("a mirror of everybody's conversations");
    this.#limit = limit;
  }

  async countMessages(): Promise<number> {
    return (await this.#system.first(queries.sumMessages))?.messages ?? 0;
  }

  async pageConversations(after: Key): Promise<SourcePage<MirrorConversation>> {
    const rows = await this.#system.all(queries.pageConversations, { ...after, limit: this.#limit });
    return { rows: rows.flatMap(toConversation), end: this.#endOf(rows) };
  }

  /** Also those of deleted conversations. */
  async pageMessages(after: Key): Promise<SourcePage<MirrorMessage>> {
    const rows = await this.#system.all(queries.pageMessages, { ...after, limit: this.#limit });
    return { rows: rows.map(toMessage), end: this.#endOf(rows) };
  }

  /** Conversations with something in cold storage. */
  async pageCold(after: Key): Promise<SourcePage<Key>> {
    const rows = await this.#system.all(queries.pageColdParts, { ...after, limit: this.#limit });
    const firsts = rows.filter(({ part }) => part === 1);
    return {
      rows: firsts.map((row) => ({ userId: row.user_id, id: row.conversation_id })),
      end: this.#endOf(rows),
    };
  }

  /** Those of these that are there and not deleted. */
  async conversations(keys: Iterable<Key>): Promise<ByKey<MirrorConversation>> {
    const found = new Map<string, MirrorConversation>();
    for (const [userId, ids] of idsByUser(keys)) {
      const rows = await this.#system.all(queries.listConversations, { userId, ids });
      for (const row of rows.flatMap(toConversation)) found.set(textOf(keyOf(row)), row);
    }
    return found;
  }

  /** Those of these that are there, outside of cold storage. */
  async messages(keys: Iterable<Key>): Promise<ByKey<MirrorMessage>> {
    const found = new Map<string, MirrorMessage>();
    for (const [userId, ids] of idsByUser(keys)) {
      const rows = await this.#system.all(queries.listMessages, { userId, ids });
      for (const row of rows) found.set(textOf(keyOf(row)), toMessage(row));
    }
    return found;
  }

  /** The conversations of these parts of cold storage. */
  async conversationsOfParts(keys: Iterable<Key>): Promise<Key[]> {
    const found: Key[] = [];
    for (const [userId, ids] of idsByUser(keys)) {
      const rows = await this.#system.all(queries.listColdParts, { userId, ids });
      found.push(...rows.map((row) => ({ userId, id: row.conversation_id })));
    }
    return found;
  }

  /**
   * All messages of a conversation, in pages: those at hand first, then those in cold storage. What moves there meanwhile
   * comes at least once; what moves back is told by the change feed.
   *
   * @throws ColdStorageDamagedError
   */
  async *messagesOf({ userId, id: conversationId }: Key): AsyncGenerator<readonly MirrorMessage[], void, undefined> {
    let seq = 0;
    for (;;) {
      const page = { userId, conversationId, seq, limit: this.#limit };
      const rows = await this.#system.all(queries.listOfConversation, page);
      if (rows.length > 0) yield rows.map(toMessage);
      seq = rows.at(-1)?.seq ?? seq;
      if (rows.length < this.#limit) break;
    }
    for (let number = 0; ;) {
      const part = await this.#system.first(queries.findNextPart, { userId, conversationId, part: number });
      if (part === undefined) return;
      if (part.part !== number + 1) throw ColdStorageDamagedError.of(conversationId, `part ${number + 1} is missing`);
      const rows = await unpack(part);
      yield rows.map((row) => fromCold(userId, row));
      number = part.part;
    }
  }

  #endOf(rows: readonly { readonly user_id: string; readonly id: string }[]): Key | null {
    const last = rows.at(-1);
    return last === undefined || rows.length < this.#limit ? null : keyOf(last);
  }
}

function toConversation({ status, ...row }: ConversationRow): MirrorConversation[] {
  return status === 'DELETED' ? [] : [{ ...row, status, created_on: dayOf(row.created_at) }];
}

function toMessage(row: MessageRow): MirrorMessage {
  return { ...row, created_on: dayOf(row.created_at) };
}

/** Named one by one: a packed message has its text, too. */
function fromCold(userId: string, row: ColdRow): MirrorMessage {
  return {
    user_id: userId,
    id: row.id,
    conversation_id: row.conversation_id,
    seq: row.seq,
    role: row.role,
    status: row.status,
    source: row.source,
    model_name: row.model_name,
    tokens: row.tokens,
    token_count: row.token_count,
    latency_ms: row.latency_ms,
    created_at: row.created_at,
    created_on: dayOf(row.created_at),
  };
}

/** The day in UTC, as text that both engines sort and group alike. */
function dayOf(time: Date): string {
  return time.toISOString().split('T', 1)[0] ?? '';
}
