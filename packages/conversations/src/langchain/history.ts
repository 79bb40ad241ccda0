import { type Database, newId, type UserHandle } from '@keelson/db-core';
import { BaseListChatMessageHistory } from '@langchain/core/chat_history';
import type { BaseMessage } from '@langchain/core/messages';
import { History, isMarker, keyOf } from '../adapters/history.ts';
import { FORMAT, fromKeelson, toDraft } from './messages.ts';

/**
 * One of a user's conversations as a chat message history of LangChain: the branch in use, in the order in which its messages
 * were saved. Messages come back as they were, also those with tools, pictures or blocks that Keelson doesn't know.
 *
 * Messages with an id can be added again safely: the same message is there once. `clear` leaves the messages behind as another
 * branch; `eraseConversation` removes them.
 *
 * @example
 * ```ts
 * const history = new KeelsonChatMessageHistory(database, 'ada', chat.id);
 * await history.addMessages([new HumanMessage('What changed?'), new AIMessage('Two things.')]);
 * ```
 */
export class KeelsonChatMessageHistory extends BaseListChatMessageHistory {
  override lc_namespace = ['keelson', 'conversations', 'langchain'];
  readonly #history: History;

  /**
   * Of a user, or through the handle of somebody who acts for one (`acting` of db-core). The conversation must exist when a
   * method is called.
   *
   * @throws ValidationError when the user id or the conversation's isn't one
   */
  constructor(database: Database, user: string | UserHandle, conversationId: string) {
    super();
    this.#history = new History(database, user, conversationId);
  }

  /**
   * Oldest first. Messages that were saved in other ways are shaped as LangChain's.
   *
   * @throws ConversationColdError when they are in cold storage: `thawConversation` brings them back
   */
  override async getMessages(): Promise<BaseMessage[]> {
    const messages = await this.#history.all();
    return messages.flatMap((message) => (isMarker(message) ? [] : fromKeelson(message)));
  }

  override async addMessage(message: BaseMessage): Promise<void> {
    await this.addMessages([message]);
  }

  /** All or none of them, next to each other. */
  override async addMessages(messages: BaseMessage[]): Promise<void> {
    const drafts = messages.map((message) => {
      const draft = toDraft(message);
      const { id } = message;
      // A provider may use one id for several answers, so what they say counts as well.
      return { draft, key: id === undefined || id === '' ? newId() : keyOf(FORMAT, id, draft) };
    });
    await this.#history.append(drafts);
  }

  override async clear(): Promise<void> {
    await this.#history.clear();
  }
}
