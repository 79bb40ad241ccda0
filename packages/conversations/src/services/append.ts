import { isDeepStrictEqual } from 'node:util';
import { newId, type UserHandle } from '@keelson/db-core';
import { thaw } from '../cold/thaw.ts';
import {
  ConversationClosedError,
  ConversationNotFoundError,
  MessageNotFoundError,
  RequestIdReusedError,
} from '../errors.ts';
import { type MessageRow, toMessage, wholeMetadata } from '../mapping.ts';
import * as numbers from '../repositories/conversation-numbers.repository.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import type { ValidMessage } from '../schemas/message.schema.ts';
import { tokensOf } from '../tokens/message-tokens.ts';
import { loadTokenizer } from '../tokens/tokenizer.ts';
import type { Message, MessageId, MessagePart, MessageRole, SavedMessage } from '../types.ts';

/**
 * Appends a message, or gives the one that this request saved before. Taking the number is the first statement, and locks
 * the conversation: writers wait for each other instead of failing, and a number that isn't used is never taken.
 */
export async function append(user: UserHandle, role: MessageRole, input: ValidMessage): Promise<SavedMessage> {
  // Before the lock is taken: others need not wait for the counting. A partial message will be counted when it is whole.
  const tokenCount = input.status === 'partial' ? null : tokensOf(partsOf(input), await loadTokenizer());
  const attempt = new Append(user, role, { ...input, tokenCount });
  return user.transaction(() => attempt.run(), { idempotent: attempt.isRepeatable });
}

function again(row: MessageRow): SavedMessage {
  return { message: toMessage(row), isNew: false };
}

type CountedMessage = ValidMessage & { readonly tokenCount: number | null };

function partsOf({ content, parts }: ValidMessage): Pick<Message, 'content' | 'parts'> {
  return { content, parts: parts ?? null };
}

class Append {
  readonly #user: UserHandle;
  readonly #role: MessageRole;
  readonly #input: CountedMessage;
  readonly #requestId: string | null;
  readonly #id = newId();
  readonly #now = new Date();

  constructor(user: UserHandle, role: MessageRole, input: CountedMessage) {
    this.#user = user;
    this.#role = role;
    this.#input = input;
    this.#requestId = input.requestId ?? null;
  }

  /** With a request id, doing it twice saves it once. */
  get isRepeatable(): boolean {
    return this.#requestId !== null;
  }

  async run(): Promise<SavedMessage> {
    const { conversationId, requestPart } = this.#input;
    const request = { requestId: this.#requestId, role: this.#role, requestPart };
    const taken = await this.#user.first(numbers.takeSeq, { id: conversationId, now: this.#now, ...request });
    if (taken === undefined) return this.#whyNot();
    const seq = taken.next_seq - 1;
    const inserted = await this.#insert(seq, taken.active_leaf_id);
    if (inserted === undefined) {
      await this.#user.run(numbers.giveSeqBack, { id: conversationId });
      return this.#whyNot();
    }
    // A stored leaf is one that isn't the newest message; now the newest is the one in use.
    if (taken.active_leaf_id !== null) await this.#user.run(conversations.followNewest, { id: conversationId });
    return { message: this.#saved(seq, inserted.parent_id as MessageId | null), isNew: true };
  }

  async #insert(seq: number, activeLeafId: string | null): Promise<{ readonly parent_id: string | null } | undefined> {
    const { conversationId, parentId, content, requestPart, status, tokenCount, metadata } = this.#input;
    const { rest, ...known } = metadata;
    const row = {
      id: this.#id,
      conversationId,
      seq,
      role: this.#role,
      content,
      parts: this.#parts,
      status,
      tokenCount,
      requestId: this.#requestId,
      requestPart,
      ...known,
      metadata: rest,
      createdAt: this.#now,
    };
    if (typeof parentId === 'string') {
      const parent = await this.#user.first(messages.findInConversation, { conversationId, id: parentId });
      if (parent === undefined) throw MessageNotFoundError.of(parentId, conversationId);
    }
    const parent = parentId === undefined ? activeLeafId : parentId;
    // Null that was asked for is a message that follows none: another beginning.
    if (parent !== null || parentId === null) return this.#user.first(messages.insert, { ...row, parentId: parent });
    return this.#user.first(messages.insertNext, { ...row, previousSeq: seq - 1 });
  }

  /** No number was given: the request is saved already, or the conversation takes no messages, or took none just then. */
  async #whyNot(): Promise<SavedMessage> {
    const { conversationId: id } = this.#input;
    const state = await this.#user.first(conversations.findState, { id });
    if (state === undefined || state.status === 'DELETED') throw ConversationNotFoundError.of(id);
    if (state.is_cold) {
      await thaw(this.#user, id);
      return this.run();
    }
    const stored = await this.#stored();
    if (stored !== undefined) return this.#again(stored);
    // It was in cold storage when the number was asked for, and somebody has brought it back since.
    if (conversations.OPEN_STATUSES.some((status) => status === state.status)) return this.run();
    throw ConversationClosedError.of(id);
  }

  async #stored(): Promise<MessageRow | undefined> {
    if (this.#requestId === null) return undefined;
    const { conversationId, requestPart } = this.#input;
    return this.#user.first(messages.findByRequest, {
      conversationId,
      requestId: this.#requestId,
      role: this.#role,
      requestPart,
    });
  }

  /** The request was saved before: the same again, a partial message that has grown, or a mistake. */
  async #again(stored: MessageRow): Promise<SavedMessage> {
    const { content, status, tokenCount, metadata } = this.#input;
    const isSame =
      stored.content === content && stored.status === status && isDeepStrictEqual(stored.parts, this.#parts);
    if (isSame || this.#isOvertaken(stored)) return again(stored);
    if (stored.status !== 'partial') {
      const details = { conversationId: stored.conversation_id, requestId: stored.request_id, messageId: stored.id };
      throw new RequestIdReusedError(`The request id stands for message ${stored.id}, which has other content.`, {
        details,
      });
    }
    const { rest, ...known } = metadata;
    const change = {
      id: stored.id,
      known: stored.content,
      content,
      parts: this.#parts,
      status,
      tokenCount,
      metadata: rest,
      ...known,
    };
    const changed = await this.#user.first(messages.updatePartial, change);
    if (changed !== undefined) return again(changed);
    // Another writer changed it meanwhile. Only a partial message changes, so this ends.
    const latest = await this.#stored();
    // Without it the conversation went into cold storage meanwhile, or is gone.
    return latest === undefined ? this.run() : this.#again(latest);
  }

  /** A save that comes late, after a longer one of the same answer: what came after it stands. */
  #isOvertaken(stored: MessageRow): boolean {
    const { content, status } = this.#input;
    if (status !== 'partial' || !stored.content.startsWith(content)) return false;
    if (stored.status !== 'partial' || stored.content !== content) return true;
    // While a tool works the text stays the same, and the parts grow.
    const known = toMessage(stored).parts;
    return (known?.length ?? 0) > (this.#parts?.length ?? 0);
  }

  get #parts(): readonly MessagePart[] | null {
    return partsOf(this.#input).parts;
  }

  #saved(seq: number, parentId: MessageId | null): Message {
    const { conversationId, content, status, metadata } = this.#input;
    const { rest: _, ...known } = metadata;
    return {
      id: this.#id as MessageId,
      conversationId,
      seq,
      parentId,
      role: this.#role,
      content,
      parts: this.#parts,
      status,
      requestId: this.#requestId,
      externalId: null,
      ...known,
      metadata: wholeMetadata(metadata),
      createdAt: this.#now,
    };
  }
}
