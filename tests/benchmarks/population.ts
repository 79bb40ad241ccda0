import { newId } from '@keelson/db-core';
import { metadata, parts, randomNumbers, roleAt, text } from './content.ts';
import type { Appended, ConversationRow, MessageRow } from './rows.ts';

const USERS = ['ada', 'barbara', 'edsger', 'grace', 'tony'];
const SEED = 20_260_105;
const CONVERSATIONS_EACH = 40;
const MESSAGES_EACH = 100;
const EMPTY = 32;
const START = Date.UTC(2026, 0, 5, 9, 0, 0);
const MINUTE = 60_000;

export interface Seeded {
  readonly userId: string;
  readonly conversation: ConversationRow;
  /** Null when it has none. */
  readonly lastMessageId: string | null;
}

type Store = (userId: string, conversation: ConversationRow, messages: readonly MessageRow[]) => Promise<void>;

/** What every contender's database holds at the beginning, and what is added to it later. */
export class Population {
  readonly #random: () => number;
  readonly #users: readonly string[];
  readonly #seeded: Seeded[] = [];
  /** Conversations without messages, for those who bring many at once: one for each time. */
  readonly #empty: Seeded[] = [];

  constructor({ users = USERS, seed = SEED }: { readonly users?: readonly string[]; readonly seed?: number } = {}) {
    this.#users = users;
    this.#random = randomNumbers(seed);
  }

  /**
   * Makes everything that the databases begin with and hands it to `store`, without keeping the messages: a large heap
   * would make every collection of garbage a long one.
   */
  async make(store: Store): Promise<void> {
    for (const userId of this.#users) {
      for (let number = 0; number < CONVERSATIONS_EACH; number += 1) {
        this.#seeded.push(await this.#conversation(userId, number, MESSAGES_EACH, store));
      }
    }
    for (let number = 0; number < EMPTY; number += 1)
      this.#empty.push(await this.#conversation(this.#users[0] ?? 'ada', number, 0, store));
  }

  /** The same place in the list for the same number, in an order without a pattern. */
  at(number: number): Seeded {
    const seeded = this.#seeded[(number * 7919) % this.#seeded.length];
    if (seeded === undefined) throw new RangeError('There are no conversations.');
    return seeded;
  }

  emptyAt(number: number): Seeded {
    const empty = this.#empty[number];
    if (empty === undefined) throw new RangeError(`There are only ${this.#empty.length} empty conversations.`);
    return empty;
  }

  /** A message for the end of a conversation, below the last one it was seeded with. */
  next({ conversation, lastMessageId }: Seeded): Appended {
    const { seq: _, ...message } = this.#message(conversation.id, MESSAGES_EACH + 1, lastMessageId);
    return message;
  }

  /** Messages for an empty conversation, each below the one before. */
  thread({ conversation }: Seeded, length: number): MessageRow[] {
    return this.#messages(conversation.id, length);
  }

  async #conversation(userId: string, number: number, length: number, store: Store): Promise<Seeded> {
    const id = newId();
    const messages = this.#messages(id, length);
    const created = new Date(START + number * 97 * MINUTE);
    const latest = messages.at(-1)?.created_at ?? null;
    const isArchived = number % 9 === 0;
    const conversation: ConversationRow = {
      id,
      title: number % 7 === 0 ? null : text(this.#random, 'user').slice(0, 80).toWellFormed(),
      status: isArchived ? 'ARCHIVED' : 'ACTIVE',
      source: number % 3 === 0 ? 'import' : null,
      external_id: number % 3 === 0 ? `thread-${userId}-${number}-${length}` : null,
      metadata: { client: 'web', tags: ['a', 'b'], pinned: number % 5 === 0 },
      is_hidden: number % 10 === 0,
      version: 1 + (number % 4),
      message_count: length,
      last_message_at: latest,
      created_at: created,
      updated_at: latest ?? created,
      archived_at: isArchived ? new Date(created.getTime() + MINUTE) : null,
      closed_at: null,
      deleted_at: null,
    };
    await store(userId, conversation, messages);
    return { userId, conversation, lastMessageId: messages.at(-1)?.id ?? null };
  }

  #messages(conversationId: string, length: number): MessageRow[] {
    const messages: MessageRow[] = [];
    for (let seq = 1; seq <= length; seq += 1) {
      messages.push(this.#message(conversationId, seq, messages.at(-1)?.id ?? null));
    }
    return messages;
  }

  #message(conversationId: string, seq: number, parentId: string | null): MessageRow {
    const random = this.#random;
    const role = roleAt(seq);
    const isAnswer = role === 'assistant';
    return {
      id: newId(),
      conversation_id: conversationId,
      seq,
      parent_id: parentId,
      role,
      content: text(random, role),
      parts: parts(random, role),
      status: 'complete',
      request_id: null,
      external_id: null,
      source: random() < 0.5 ? 'web' : null,
      model_name: isAnswer ? 'model-large-2026' : null,
      tokens: isAnswer ? Math.floor(random() * 900) : null,
      latency_ms: isAnswer ? Math.floor(random() * 5000) : null,
      metadata: metadata(random, role),
      created_at: new Date(START + seq * MINUTE + Math.floor(random() * MINUTE)),
    };
  }
}
