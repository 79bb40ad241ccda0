import { type Database, newId, type UserHandle } from '@keelson/db-core';
import type { AgentInputItem, Session } from '@openai/agents-core';
import { History } from '../adapters/history.ts';
import { fromKeelson, toDraft } from './items.ts';

/**
 * One of a user's conversations as a session of OpenAI's Agents SDK: the branch in use, in the order in which its items were
 * saved. Items come back as they were, also those that Keelson doesn't know.
 *
 * `popItem` and `clearSession` leave what they take away behind as another branch; `eraseConversation` removes it.
 *
 * @example
 * ```ts
 * const session = new KeelsonSession(database, 'ada', chat.id);
 * await run(agent, 'What changed?', { session });
 * ```
 */
export class KeelsonSession implements Session {
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

  /** The conversation's id. */
  async getSessionId(): Promise<string> {
    return this.#history.conversationId;
  }

  /**
   * The last `limit` items, or all; oldest first. Messages that were saved in other ways are shaped as items.
   *
   * @throws ConversationColdError when they are in cold storage: `thawConversation` brings them back
   */
  async getItems(limit?: number): Promise<AgentInputItem[]> {
    if (limit !== undefined && limit <= 0) return [];
    const items: AgentInputItem[] = [];
    for await (const message of this.#history.newestFirst(limit)) {
      items.push(...fromKeelson(message).toReversed());
      if (limit !== undefined && items.length >= limit) break;
    }
    return items.slice(0, limit).toReversed();
  }

  /** All or none of them, next to each other. */
  async addItems(items: AgentInputItem[]): Promise<void> {
    await this.#history.append(items.map((item) => ({ draft: toDraft(item), key: newId() })));
  }

  async popItem(): Promise<AgentInputItem | undefined> {
    const pop = async (): Promise<AgentInputItem | undefined> => {
      for await (const message of this.#history.newestFirst(1)) {
        const items = fromKeelson(message);
        const last = items.pop();
        // A message without items, such as an answer that never began, isn't one for the agent.
        if (last === undefined) continue;
        await this.#history.moveTo(message.parentId);
        await this.addItems(items);
        return last;
      }
      return undefined;
    };
    return this.#history.exclusively(pop, { isRepeatable: false });
  }

  async clearSession(): Promise<void> {
    await this.#history.clear();
  }
}
