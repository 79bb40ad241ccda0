import {
  type Database,
  type ErasureCertificate,
  Erasures,
  newId,
  type Search,
  UniqueViolationError,
  type UserHandle,
} from '@keelson/db-core';
import { ConversationExistsError, ConversationNotFoundError } from './errors.ts';
import { type ConversationDocument, exportConversation } from './export/export-conversation.ts';
import { type ImportOptions, importConversations } from './import/import-conversations.ts';
import type { ImportReport } from './import/report.ts';
import type { ImportSource } from './import/source.ts';
import { toSummary } from './mapping.ts';
import * as conversations from './repositories/conversation.repository.ts';
import * as messages from './repositories/message.repository.ts';
import {
  changeSchema,
  conversationIdInput,
  createConversationSchema,
  renameSchema,
} from './schemas/conversation.schema.ts';
import { importSchema } from './schemas/import.schema.ts';
import { saveAnyMessageSchema, saveMessageSchema } from './schemas/message.schema.ts';
import {
  getBySourceSchema,
  getMessagesSchema,
  lastMessagesSchema,
  listConversationsSchema,
} from './schemas/page.schema.ts';
import { parse } from './schemas/parse.ts';
import { searchSchema } from './schemas/search.schema.ts';
import { append } from './services/append.ts';
import { changeStatus, find, rename, softDelete } from './services/change.ts';
import { pageOfConversations, pageOfMessages, pageOfSource } from './services/pages.ts';
import { searchConversations, textSearchOf } from './services/search.ts';
import type {
  ChangeOptions,
  CreateConversation,
  GetBySource,
  GetMessages,
  ListConversations,
  SaveAnyMessage,
  SaveMessage,
  SearchConversations,
} from './inputs.ts';
import type {
  Conversation,
  ConversationId,
  ConversationSearchPage,
  ConversationSummary,
  Message,
  MessageRole,
  Page,
  SavedMessage,
} from './types.ts';

export interface ConversationsOptions {
  /** What searches, with an embedding model for instance. Default: by words, one for each database. */
  readonly search?: Search;
}

/**
 * One user's conversations. Every method throws `ValidationError` for input that isn't as it should be, and
 * `ConversationNotFoundError` for a conversation that doesn't exist, was deleted, or is another user's.
 *
 * Methods called inside `database.transaction` take part in it.
 *
 * @example
 * ```ts
 * const chats = new Conversations(openDatabase(), 'ada');
 * const chat = await chats.createConversation({ title: 'Release notes' });
 * await chats.saveUserMessage({ conversationId: chat.id, content: 'What changed?', requestId: 'req-1' });
 * const context = await chats.getLastNMessages(chat.id, 10);
 * ```
 */
export class Conversations {
  readonly #database: Database;
  readonly #user: UserHandle;
  readonly #search: Search;

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
    this.#database = database;
    this.#search = search;
    this.#user = database.forUser(user);
  }

  /** Connects and makes sure that the schema is there. The first statement does it too; calling it early shows faults early. */
  async initialize(): Promise<void> {
    await this.#database.initialize();
  }

  isInitialized(): boolean {
    return this.#database.isInitialized;
  }

  /** Closes the database that this was made with, for everyone who uses it. */
  async shutdown(): Promise<void> {
    await this.#database.close();
  }

  /** @throws ConversationExistsError when the id is already in use */
  async createConversation(input?: CreateConversation): Promise<Conversation> {
    const {
      id = newId(),
      title = null,
      source = null,
      metadata = {},
      isHidden = false,
    } = parse(createConversationSchema, input);
    try {
      const row = await this.#user.first(conversations.insert, {
        id,
        title,
        source,
        metadata,
        isHidden,
        now: new Date(),
      });
      if (row === undefined) throw ConversationNotFoundError.of(id);
      return { ...toSummary(row), activeLeafId: null };
    } catch (error) {
      if (!(error instanceof UniqueViolationError)) throw error;
      throw new ConversationExistsError(`There is already a conversation ${id}.`, {
        cause: error,
        details: { conversationId: id },
      });
    }
  }

  async getConversation(conversationId: string): Promise<Conversation> {
    return find(this.#user, parseId(conversationId));
  }

  /**
   * The latest activity first; conversations without messages come last, the newest first. Archived and deleted ones are
   * there only when their status is asked for, hidden ones only with `includeHidden`.
   */
  async listConversations(input?: ListConversations): Promise<Page<ConversationSummary>> {
    const { status = conversations.LISTED_STATUSES, ...rest } = parse(listConversationsSchema, input);
    return pageOfConversations(this.#user, { statuses: typeof status === 'string' ? [status] : status, ...rest });
  }

  /** Null takes the title away. */
  async renameConversation(
    conversationId: string,
    title: string | null,
    options?: ChangeOptions,
  ): Promise<Conversation> {
    return rename(this.#user, parse(renameSchema, { conversationId, title, options }));
  }

  /**
   * Puts a conversation away. It still takes messages, so that a late answer isn't lost, and stays archived.
   *
   * @throws ConversationClosedError when it is closed
   */
  async archiveConversation(conversationId: string, options?: ChangeOptions): Promise<Conversation> {
    return changeStatus(this.#user, 'archive', parse(changeSchema, { conversationId, options }));
  }

  /** @throws ConversationClosedError when it is closed */
  async unarchiveConversation(conversationId: string, options?: ChangeOptions): Promise<Conversation> {
    return changeStatus(this.#user, 'unarchive', parse(changeSchema, { conversationId, options }));
  }

  /** Ends a conversation for good: it stays readable and takes no more messages. */
  async closeConversation(conversationId: string, options?: ChangeOptions): Promise<Conversation> {
    return changeStatus(this.#user, 'close', parse(changeSchema, { conversationId, options }));
  }

  /** Takes a conversation out of sight, with its messages. The rows stay; only a list of deleted ones shows it. */
  async deleteConversation(conversationId: string, options?: ChangeOptions): Promise<void> {
    await softDelete(this.#user, parse(changeSchema, { conversationId, options }));
  }

  /**
   * Removes a conversation and its messages for good, also one that was deleted; the certificate says what may still hold
   * something of it. It works in transactions of its own, so it can't be part of another one. Interrupted, it goes on when
   * it is called again.
   */
  async eraseConversation(conversationId: string): Promise<ErasureCertificate> {
    const id = parseId(conversationId);
    const state = await this.#user.first(conversations.findState, { id });
    if (state === undefined) throw ConversationNotFoundError.of(id);
    // Out of sight first, by the user's own handle: that shows, too, whether whoever uses it may change the conversation.
    if (state.status !== 'DELETED') await this.deleteConversation(id);
    return new Erasures(this.#database).eraseRow(this.#user, {
      table: 'conversations',
      id,
      afterRows: () => this.#search.refresh(this.#user.userId),
    });
  }

  /** As the four below, for whoever has the role as a value; tells too whether the message is new. */
  async saveMessage(input: SaveAnyMessage): Promise<SavedMessage> {
    const { role, ...valid } = parse(saveAnyMessageSchema, input);
    return append(this.#user, role, valid);
  }

  /**
   * Saves a message of the user. With a request id it may be repeated: the same save again gives the stored message.
   *
   * @throws ConversationClosedError when the conversation is closed
   * @throws RequestIdReusedError when the request id stands for other content
   * @throws MessageNotFoundError when there is no such parent in the conversation
   */
  async saveUserMessage(input: SaveMessage): Promise<Message> {
    return this.#save('user', input);
  }

  /**
   * Saves an answer; as `saveUserMessage`. A `partial` one may be saved again with the same request id while it grows,
   * and at last as `complete` or `aborted`. With the question as `parentId`, a second answer becomes a branch.
   */
  async saveAssistantMessage(input: SaveMessage): Promise<Message> {
    return this.#save('assistant', input);
  }

  /** As `saveUserMessage`. */
  async saveSystemMessage(input: SaveMessage): Promise<Message> {
    return this.#save('system', input);
  }

  /** Saves what a tool gave; as `saveUserMessage`. Several of one request differ by `requestPart`. */
  async saveToolMessage(input: SaveMessage): Promise<Message> {
    return this.#save('tool', input);
  }

  /** By `seq`, the order in which they were saved; all branches. */
  async getMessages(input: GetMessages): Promise<Page<Message>> {
    const valid = parse(getMessagesSchema, input);
    await this.#mustExist(valid.conversationId);
    return pageOfMessages(this.#user, valid);
  }

  /** The last messages in the order in which they were saved, whatever their branch. */
  async getLastNMessages(conversationId: string, n: number): Promise<readonly Message[]> {
    const valid = parse(lastMessagesSchema, { conversationId, n });
    await this.#mustExist(valid.conversationId);
    const { items } = await pageOfMessages(this.#user, {
      conversationId: valid.conversationId,
      order: 'desc',
      limit: valid.n,
    });
    return items.toReversed();
  }

  async getMessageCount(conversationId: string): Promise<number> {
    return (await this.#mustExist(parseId(conversationId))).message_count;
  }

  async countByRole(conversationId: string): Promise<Readonly<Record<MessageRole, number>>> {
    const id = parseId(conversationId);
    await this.#mustExist(id);
    const counts: Record<MessageRole, number> = { system: 0, user: 0, assistant: 0, tool: 0 };
    for (const { role, count } of await this.#user.all(messages.countByRole, { conversationId: id }))
      counts[role] = count;
    return counts;
  }

  /** Messages whose metadata names this source, the latest first; of one conversation or of all. */
  async getBySource(input: GetBySource): Promise<Page<Message>> {
    const valid = parse(getBySourceSchema, input);
    if (valid.conversationId !== undefined) await this.#mustExist(valid.conversationId);
    return pageOfSource(this.#user, valid);
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
    return searchConversations(this.#search, this.#user, parse(searchSchema, input));
  }

  /** The whole conversation as a JSON document. */
  async exportConversation(conversationId: string): Promise<ConversationDocument> {
    return exportConversation(this.#user, parseId(conversationId));
  }

  /**
   * Brings in ChatGPT's `conversations.json` or OpenAssistant's trees, from a path or a stream, one conversation at a
   * time: each is stored whole or not at all, what is there already isn't stored twice, and what is broken is reported
   * while the rest goes on.
   *
   * @throws ImportSourceError when the file can't be read
   * @throws ImportFormatError when nothing in it is a conversation
   */
  async importConversations(source: ImportSource, options?: ImportOptions): Promise<ImportReport> {
    const valid = parse(importSchema, { source, options });
    return importConversations(this.#user, valid.source, valid.options);
  }

  async #save(role: MessageRole, input: SaveMessage): Promise<Message> {
    const { message } = await append(this.#user, role, parse(saveMessageSchema, input));
    return message;
  }

  async #mustExist(id: ConversationId): Promise<{ readonly message_count: number }> {
    const state = await this.#user.first(conversations.findState, { id });
    if (state === undefined || state.status === 'DELETED') throw ConversationNotFoundError.of(id);
    return state;
  }
}

function parseId(conversationId: string): ConversationId {
  return parse(conversationIdInput, { conversationId }).conversationId;
}
