import { Audit, type Database, type Search, type UserHandle } from '@keelson/db-core';
import { asOne, type AtHand, mustNotHaveMoved } from './cold/at-hand.ts';
import { buildContext } from './context/build-context.ts';
import { ConversationColdError, ConversationNotFoundError, MessageNotFoundError } from './errors.ts';
import type {
  BuildContext,
  FollowConversation,
  GetActivePath,
  GetBySource,
  GetMessages,
  GetSiblings,
  GetStatistics,
  ListConversations,
  SearchConversations,
} from './inputs.ts';
import { toMessage } from './mapping.ts';
import { pageOfPath, pageOfSiblings } from './path/pages.ts';
import * as conversations from './repositories/conversation.repository.ts';
import * as messages from './repositories/message.repository.ts';
import { contextSchema } from './schemas/context.schema.ts';
import { conversationIdInput } from './schemas/conversation.schema.ts';
import {
  followSchema,
  getBySourceSchema,
  getMessagesSchema,
  lastMessagesSchema,
  listConversationsSchema,
} from './schemas/page.schema.ts';
import { parse } from './schemas/parse.ts';
import { activePathSchema, messagePlaceSchema, siblingsSchema } from './schemas/path.schema.ts';
import { searchSchema } from './schemas/search.schema.ts';
import { statisticsSchema } from './schemas/statistics.schema.ts';
import { find } from './services/change.ts';
import { follow, type Following } from './services/follow.ts';
import { pageOfConversations, pageOfMessages, pageOfSource } from './services/pages.ts';
import { searchConversations, textSearchOf } from './services/search.ts';
import { userStatistics } from './statistics/statistics.ts';
import type {
  Conversation,
  ConversationId,
  ConversationSearchPage,
  ConversationSummary,
  ConversationUpdate,
  Message,
  MessageRole,
  ModelContext,
  Page,
  PathMessage,
  Statistics,
} from './types.ts';

export interface ConversationsOptions {
  /** What searches, with an embedding model for instance. Default: by words, one for each database. */
  readonly search?: Search;
}

/**
 * What of a user's conversations can be read. Where somebody else than the owner reads, each call is in the owner's audit
 * before anything is given: what can't be noted isn't read.
 *
 * Messages of a conversation in cold storage aren't at hand: what reads them throws `ConversationColdError`.
 */
export class ConversationReader {
  protected readonly database: Database;
  protected readonly user: UserHandle;
  protected readonly searching: Search;

  /**
   * Of a user, or through the handle of somebody who acts for one (`acting` of db-core).
   *
   * @throws ValidationError when the user id is empty, longer than 255 characters, or has control characters
   */
  constructor(
    database: Database,
    user: string | UserHandle,
    { search = textSearchOf(database) }: ConversationsOptions = {},
  ) {
    this.database = database;
    this.searching = search;
    this.user = database.forUser(user);
  }

  async getConversation(conversationId: string): Promise<Conversation> {
    const id = parseId(conversationId);
    return this.reading(id, () => find(this.user, id));
  }

  /**
   * The latest activity first; conversations without messages come last, the newest first. Archived and deleted ones are
   * there only when their status is asked for, hidden ones only with `includeHidden`.
   */
  async listConversations(input?: ListConversations): Promise<Page<ConversationSummary>> {
    const { status = conversations.LISTED_STATUSES, ...rest } = parse(listConversationsSchema, input);
    const statuses = typeof status === 'string' ? [status] : status;
    return this.reading(null, () => pageOfConversations(this.user, { statuses, ...rest }));
  }

  /** By `seq`, the order in which they were saved; all branches. */
  async getMessages(input: GetMessages): Promise<Page<Message>> {
    const valid = parse(getMessagesSchema, input);
    return this.#readingMessages(valid.conversationId, () => pageOfMessages(this.user, valid), isEmpty);
  }

  /** The last messages in the order in which they were saved, whatever their branch. */
  async getLastNMessages(conversationId: string, n: number): Promise<readonly Message[]> {
    const valid = parse(lastMessagesSchema, { conversationId, n });
    const newest = { conversationId: valid.conversationId, order: 'desc', limit: valid.n } as const;
    const read = () => pageOfMessages(this.user, newest);
    const { items } = await this.#readingMessages(valid.conversationId, read, isEmpty);
    return items.toReversed();
  }

  /** @throws MessageNotFoundError when there is no such message in the conversation */
  async getMessage(conversationId: string, messageId: string): Promise<Message> {
    const valid = parse(messagePlaceSchema, { conversationId, messageId });
    const wanted = { conversationId: valid.conversationId, ids: [valid.messageId] };
    const read = () => this.user.first(messages.listByIds, wanted);
    const row = await this.#readingMessages(valid.conversationId, read, (found) => found === undefined);
    if (row === undefined) throw MessageNotFoundError.of(valid.messageId, valid.conversationId);
    return toMessage(row);
  }

  /**
   * The branch in use, from the first message to the active leaf, or the one that ends with `leafId`. Pages of one reading
   * are of one branch, whatever is chosen or appended meanwhile.
   *
   * @throws MessageNotFoundError when there is no such leaf in the conversation
   */
  async getActivePath(input: GetActivePath): Promise<Page<PathMessage>> {
    const valid = parse(activePathSchema, input);
    return this.#readingAsOne(valid.conversationId, () => pageOfPath(this.user, valid));
  }

  /** All messages that follow the same one as this, itself included, as they were saved. */
  async getSiblings(input: GetSiblings): Promise<Page<Message>> {
    const valid = parse(siblingsSchema, input);
    return this.#readingAsOne(valid.conversationId, () => pageOfSiblings(this.user, valid));
  }

  /**
   * What a model is given: the newest messages of the branch in use that the budget has room for, and its system messages
   * always. A tool's result is there only with its call, and a call only with its results.
   *
   * @throws ContextTooLargeError when the system messages alone are over the budget
   */
  async buildContext(input: BuildContext): Promise<ModelContext> {
    const valid = parse(contextSchema, input);
    return this.#readingAsOne(valid.conversationId, () => buildContext(this.user, valid));
  }

  /**
   * What happens in a conversation from now on, or after a position: messages that are saved or grow, changes of the
   * conversation itself. Ends when it is deleted, by the signal, and with the database.
   *
   * @throws ResyncRequiredError when there is no way from the position to now: read the conversation anew
   * @example
   * ```ts
   * for await (const { messages } of chats.follow({ conversationId: chat.id, signal })) show(messages);
   * ```
   */
  follow(input: FollowConversation): AsyncIterableIterator<ConversationUpdate> {
    return this.#follow(parse(followSchema, input));
  }

  async *#follow(following: Following): AsyncIterableIterator<ConversationUpdate> {
    await this.reading(following.conversationId, () => this.#mustExist(following.conversationId));
    yield* follow(this.database, this.user, following);
  }

  /**
   * Finds conversations by their titles and messages by their content, in all branches, the best first. What was written just
   * now is found too; `isCurrent` says whether all of it is.
   *
   * @throws NoEmbedderError for mode `semantic` or `hybrid` where no embedding model is set
   * @example
   * ```ts
   * const { items } = await chats.search({ query: '"next week" release*', role: 'user', from: new Date('2026-01-01') });
   * ```
   */
  async search(input: SearchConversations): Promise<ConversationSearchPage> {
    const valid = parse(searchSchema, input);
    return this.reading(null, () => searchConversations(this.searching, this.user, valid));
  }

  async getMessageCount(conversationId: string): Promise<number> {
    const id = parseId(conversationId);
    return this.reading(id, async () => (await this.#mustExist(id)).message_count);
  }

  async countByRole(conversationId: string): Promise<Readonly<Record<MessageRole, number>>> {
    const id = parseId(conversationId);
    const read = () => this.user.all(messages.countByRole, { conversationId: id });
    const rows = await this.#readingMessages(id, read, ({ length }) => length === 0);
    const counts: Record<MessageRole, number> = { system: 0, user: 0, assistant: 0, tool: 0 };
    for (const { role, count } of rows) counts[role] = count;
    return counts;
  }

  /** Messages whose metadata names this source, the latest first; of one conversation or of all. */
  async getBySource(input: GetBySource): Promise<Page<Message>> {
    const valid = parse(getBySourceSchema, input);
    const read = () => pageOfSource(this.user, valid);
    const { conversationId } = valid;
    return conversationId === undefined
      ? this.reading(null, read)
      : this.#readingMessages(conversationId, read, isEmpty);
  }

  /**
   * Messages a day, and what models took, of a span of time: days without messages are there too. Messages of deleted
   * conversations count until they are erased, because they were paid for.
   */
  async getStatistics(input: GetStatistics): Promise<Statistics> {
    const valid = parse(statisticsSchema, input);
    return this.reading(null, () => userStatistics(this.user, valid));
  }

  /** Notes the reading where it is somebody else's than the owner's, then reads. Null stands for no single conversation. */
  protected async reading<T>(conversationId: ConversationId | null, read: () => Promise<T>): Promise<T> {
    if (this.user.actor !== this.user.userId) {
      await new Audit(this.database).recordAccess(this.user, {
        action: 'conversations.read',
        entity: conversationId === null ? 'conversations' : 'conversation',
        entityId: conversationId,
      });
    }
    return read();
  }

  /**
   * Reads messages by one statement, which sees all that it asks for, or none when they have just gone into cold storage.
   *
   * @throws ConversationColdError where they aren't at hand
   */
  #readingMessages<T>(id: ConversationId, read: () => Promise<T>, isNothing: (found: T) => boolean): Promise<T> {
    return this.#readingAsOne(id, async () => {
      const before = await this.#mustBeAtHand(id);
      const found = await read();
      if (before.messageCount > 0 && isNothing(found)) await mustNotHaveMoved(this.user, before);
      return found;
    });
  }

  #readingAsOne<T>(id: ConversationId, read: () => Promise<T>): Promise<T> {
    return this.reading(id, () => asOne(id, read));
  }

  async #mustBeAtHand(id: ConversationId): Promise<AtHand & { readonly messageCount: number }> {
    const state = await this.#mustExist(id);
    if (state.is_cold) throw ConversationColdError.of(id);
    return { conversationId: id, openedAt: state.last_opened_at, messageCount: state.message_count };
  }

  async #mustExist(id: ConversationId): Promise<(typeof conversations.findState)['row']> {
    const state = await this.user.first(conversations.findState, { id });
    if (state === undefined || state.status === 'DELETED') throw ConversationNotFoundError.of(id);
    return state;
  }
}

function isEmpty({ items }: Page<unknown>): boolean {
  return items.length === 0;
}

export function parseId(conversationId: string): ConversationId {
  return parse(conversationIdInput, { conversationId }).conversationId;
}
