import { isDeepStrictEqual } from 'node:util';
import type { Database, UserHandle } from '@keelson/db-core';
import type { UIMessage } from 'ai';
import { History, isMarker, keyOf, type Verdict } from '../adapters/history.ts';
import { asKept, type Draft, originalOf } from '../adapters/readable.ts';
import { invalid } from '../schemas/parse.ts';
import type { Message, MessageId, MessageStatus } from '../types.ts';
import { type Group, groupsOf } from './groups.ts';
import { FORMAT, toDraft } from './messages.ts';

export interface SaveChat {
  /**
   * Of the last message. `partial`: it is still being written, and will be saved again with the same id. `aborted`: it was cut
   * off. Default `complete`.
   */
  readonly status?: MessageStatus;
}

export interface SaveChatMessage extends SaveChat {
  /**
   * Id of the message that this one follows; null: it is the first. By default it stays at its place when it is in the
   * conversation already, and otherwise follows the last one.
   */
  readonly after?: string | null;
}

/**
 * One of a user's conversations as the messages of the AI SDK's `useChat`. What is loaded is what was saved, with all its
 * parts; messages that were saved in other ways are shaped as UI messages.
 *
 * Messages have their own ids, and saving again is safe: what is there already stays, a partial one grows, and one that says
 * something else than before under the same id, or stands at another place, is kept beside the first as a branch.
 *
 * @example
 * ```ts
 * const chat = new KeelsonChat(database, 'ada', conversation.id);
 * return result.toUIMessageStreamResponse({
 *   originalMessages: await chat.load(),
 *   onFinish: ({ messages, isAborted }) => chat.save(messages, { status: isAborted ? 'aborted' : 'complete' }),
 * });
 * ```
 */
export class KeelsonChat<Kind extends UIMessage = UIMessage> {
  readonly #history: History;

  /**
   * Of a user, or through the handle of somebody who acts for one (`acting` of db-core). The conversation must exist when a
   * method is called.
   *
   * @throws ValidationError when the user id or the conversation's isn't one
   */
  constructor(database: Database, user: string | UserHandle, conversationId: string) {
    this.#history = new History(database, user, conversationId);
  }

  /**
   * The branch in use, oldest first. `safeValidateUIMessages` tells whether tools and data are still what the program knows.
   *
   * @throws ConversationColdError when they are in cold storage: `thawConversation` brings them back
   */
  async load(): Promise<Kind[]> {
    const groups = groupsOf(await this.#history.all());
    return groups.map(({ message }) => message as Kind);
  }

  /**
   * The whole chat as it is now, as `onFinish` gives it: `load` gives these messages afterwards. A list that is shorter, or
   * has another answer, leaves the messages that aren't in it behind as another branch.
   *
   * @throws ConversationClosedError when the conversation is closed
   */
  async save(messages: readonly Kind[], { status = 'complete' }: SaveChat = {}): Promise<void> {
    const work = async (): Promise<void> => {
      const stored = await this.#history.all();
      const groups = groupsOf(stored);
      const kept = keptOf(messages, groups);
      let previous = kept === 0 ? beginningOf(stored) : (groups[kept - 1]?.lastId ?? null);
      let last: Message | undefined;
      for (const [index, message] of messages.entries()) {
        if (index < kept) continue;
        last = await this.#put(message, previous, index === messages.length - 1 ? status : 'complete');
        previous = last.id;
      }
      // A partial save that comes late says nothing about what came after the answer that is finished by now.
      if (status === 'partial' && last?.status !== 'partial') return;
      if (previous !== null || groups.length > 0) await this.#history.moveTo(previous);
    };
    await this.#history.exclusively(work, { isRepeatable: true });
  }

  /**
   * One message, as a server has it that is sent only the newest. With `after`, another answer to the same question becomes a
   * branch, and the one in use.
   *
   * @throws ValidationError when there is no message with the id in `after`
   */
  async saveMessage(message: Kind, { after, status = 'complete' }: SaveChatMessage = {}): Promise<void> {
    const work = async (): Promise<void> => {
      const stored = await this.#history.all();
      const groups = groupsOf(stored);
      const own = groups.findLastIndex((group) => group.message.id === message.id);
      const previous = after === undefined ? own - 1 : groups.findLastIndex((group) => group.message.id === after);
      if (previous === -1 && typeof after === 'string')
        throw invalid([{ path: 'after', message: 'is no message of the branch in use' }]);
      const place = after === undefined && own === -1 ? groups.at(-1) : groups[previous];
      const saved = await this.#put(message, place?.lastId ?? beginningOf(stored), status);
      const isThere = saved.id === groups[own]?.lastId;
      const isLate = status === 'partial' && saved.status !== 'partial';
      if (!isThere && !isLate) await this.#history.moveTo(saved.id);
    };
    await this.#history.exclusively(work, { isRepeatable: true });
  }

  /** Finds the message at its place, or saves it there. */
  async #put(message: UIMessage, parentId: MessageId | null, status: MessageStatus): Promise<Message> {
    const draft = toDraft(message, status);
    const original = asKept(message);
    const judge = (found: Message): Verdict => {
      if (found.parentId !== parentId) return 'other';
      if (found.status === 'partial') return 'grows';
      const isSame = isDeepStrictEqual(originalOf(found, FORMAT), original);
      return isSame || isLate(draft, found) ? 'same' : 'other';
    };
    return this.#history.saveOnce(draft, { key: keyOf(FORMAT, message.id), judge, parentId });
  }
}

/** A partial save of an answer that is finished by now. */
function isLate({ status, content, parts }: Draft, found: Message): boolean {
  const isBeginning = found.content.startsWith(content) && (parts?.length ?? 0) <= (found.parts?.length ?? 0);
  return status === 'partial' && isBeginning;
}

/** How many messages, from the first, are stored as they are, and finished. */
function keptOf(messages: readonly UIMessage[], groups: readonly Group[]): number {
  const index = messages.findIndex((message, at) => {
    const group = groups[at];
    if (group === undefined || group.isPartial) return true;
    return !isDeepStrictEqual(asKept(message), asKept(group.message));
  });
  return index === -1 ? messages.length : index;
}

/** What the first message follows: nothing, or the marker behind which all before was left. */
function beginningOf(stored: readonly Message[]): MessageId | null {
  const [first] = stored;
  return first !== undefined && isMarker(first) ? first.id : null;
}
