import { createHash } from 'node:crypto';
import { type Database, newId, type UserHandle } from '@keelson/db-core';
import { whileLocked } from '../cold/while-locked.ts';
import { Conversations } from '../conversations.ts';
import { toMessage } from '../mapping.ts';
import { activeLeaf } from '../path/leaf.ts';
import { readPath } from '../path/path.ts';
import { parseId } from '../reading.ts';
import * as messages from '../repositories/message.repository.ts';
import { MAX_LIMIT } from '../schemas/page.schema.ts';
import type { ConversationId, Message, MessageId, PathMessage } from '../types.ts';
import type { Draft } from './readable.ts';

/** In the metadata of a message that says nothing, but that all before it is left behind. */
const MARKER = 'keelson.marker';

/** Is a message that was saved by a key the one to save: is it there, does it grow, or is it another branch's? */
export type Verdict = 'same' | 'grows' | 'other';

interface SaveOnce {
  /** Names what is saved: the same again is found by it. */
  readonly key: string;
  readonly judge: (found: Message) => Verdict;
  /** By default the active leaf. */
  readonly parentId?: MessageId | null;
}

/**
 * The branch of a conversation in use as a list that other libraries append to, cut short and clear. Messages don't change:
 * what is taken away stays beside what comes next, as another branch.
 */
export class History {
  readonly conversationId: ConversationId;
  readonly #chats: Conversations;
  readonly #user: UserHandle;

  constructor(database: Database, user: string | UserHandle, conversationId: string) {
    this.#chats = new Conversations(database, user);
    this.#user = database.forUser(user);
    this.conversationId = parseId(conversationId);
  }

  /**
   * All messages of the branch in use, oldest first; markers too.
   *
   * @throws ConversationColdError when they are in cold storage
   */
  async all(): Promise<readonly Message[]> {
    const found: Message[] = [];
    for await (const message of this.#walk('asc', MAX_LIMIT)) found.push(message);
    return found;
  }

  /** From the end of the branch in use backwards, up to the last marker. */
  async *newestFirst(atOnce: number = MAX_LIMIT): AsyncGenerator<Message> {
    for await (const message of this.#walk('desc', Math.min(atOnce, MAX_LIMIT))) {
      if (isMarker(message)) return;
      yield message;
    }
  }

  /**
   * Does it with the conversation locked, in one transaction: nobody appends between what it reads and what it writes.
   * `isRepeatable` says that doing it twice does it once.
   */
  exclusively<T>(work: () => Promise<T>, { isRepeatable }: { readonly isRepeatable: boolean }): Promise<T> {
    return whileLocked(this.#user, this.conversationId, work, { idempotent: isRepeatable });
  }

  /** Appends to the branch in use, all or nothing. What is there already by its key isn't appended again. */
  async append(drafts: readonly { readonly draft: Draft; readonly key: string }[]): Promise<void> {
    const work = async (): Promise<void> => {
      const leaf = await activeLeaf(this.#user, this.conversationId);
      const path = await readPath(this.#user, this.conversationId, leaf.seq);
      const judge = ({ seq }: Message): Verdict => (path.has(seq) ? 'same' : 'other');
      for (const { draft, key } of drafts) await this.saveOnce(draft, { key, judge });
    };
    if (drafts.length > 0) await this.exclusively(work, { isRepeatable: true });
  }

  /** Gives the message of this key, or saves it. To be called within `exclusively`. */
  async saveOnce(draft: Draft, { key, judge, parentId }: SaveOnce): Promise<Message> {
    const { conversationId } = this;
    for (let requestPart = 0; ; requestPart += 1) {
      const request = { conversationId, requestId: key, role: draft.role, requestPart };
      const row = await this.#user.first(messages.findByRequest, request);
      const found = row === undefined ? undefined : toMessage(row);
      const verdict = found === undefined ? 'grows' : judge(found);
      if (verdict === 'other') continue;
      if (verdict === 'same' && found !== undefined) return found;
      const place = parentId === undefined ? {} : { parentId };
      return (await this.#chats.saveMessage({ ...draft, ...request, ...place })).message;
    }
  }

  /** The next message follows this one; null: it follows none. To be called within `exclusively`. */
  async moveTo(messageId: MessageId | null): Promise<void> {
    if (messageId === null) await this.#mark();
    else await this.#chats.setActiveLeaf(this.conversationId, messageId);
  }

  /** The list is empty from now on. */
  async clear(): Promise<void> {
    const requestId = newId();
    const work = async (): Promise<void> => {
      for await (const _ of this.newestFirst(1)) return this.#mark(requestId);
    };
    await this.exclusively(work, { isRepeatable: true });
  }

  async #mark(requestId: string | null = null): Promise<void> {
    await this.#chats.saveAssistantMessage({
      conversationId: this.conversationId,
      content: '',
      status: 'aborted',
      parentId: null,
      requestId,
      metadata: { [MARKER]: 'cleared' },
    });
  }

  async *#walk(order: 'asc' | 'desc', limit: number): AsyncGenerator<PathMessage> {
    let cursor: string | null = null;
    do {
      const input = { conversationId: this.conversationId, order, limit, cursor };
      const page: Awaited<ReturnType<Conversations['getActivePath']>> = await this.#chats.getActivePath(input);
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
}

export function isMarker({ metadata }: Message): boolean {
  return Object.hasOwn(metadata, MARKER);
}

/**
 * A request id, whatever is given: ids of other libraries may have any length and any characters. What was loaded gives the
 * same one as what was saved, though PostgreSQL keeps the members of objects in an order of its own.
 */
export function keyOf(format: string, ...given: readonly unknown[]): string {
  return `${format}:${createHash('sha256').update(JSON.stringify(given, byName)).digest('base64url')}`;
}

function byName(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
