import { type ErasureCertificate, Erasures, newId, UniqueViolationError } from '@keelson/db-core';
import { freeze } from './cold/freeze.ts';
import { thaw } from './cold/thaw.ts';
import { ConversationExistsError, ConversationNotFoundError } from './errors.ts';
import { type ConversationDocument, exportConversation } from './export/export-conversation.ts';
import {
  type ConversationExport,
  type ExportOptions,
  type ExportSelection,
  exportMany,
  exportOne,
} from './export/export.ts';
import { type ImportOptions, importConversations } from './import/import-conversations.ts';
import type { ImportReport } from './import/report.ts';
import type { ImportSource } from './import/source.ts';
import type { ChangeOptions, CreateConversation, SaveAnyMessage, SaveMessage, SetActiveLeaf } from './inputs.ts';
import { toSummary } from './mapping.ts';
import { setActiveLeaf } from './path/leaf.ts';
import { ConversationReader, parseId } from './reading.ts';
import * as conversations from './repositories/conversation.repository.ts';
import { changeSchema, createConversationSchema, expirySchema, renameSchema } from './schemas/conversation.schema.ts';
import { exportSchema, exportSelectionSchema } from './schemas/export.schema.ts';
import { importSchema } from './schemas/import.schema.ts';
import { saveAnyMessageSchema, saveMessageSchema } from './schemas/message.schema.ts';
import { parse } from './schemas/parse.ts';
import { activeLeafSchema } from './schemas/path.schema.ts';
import { append } from './services/append.ts';
import { changeStatus, find, rename, setExpiry, softDelete } from './services/change.ts';
import type { Conversation, Message, MessageRole, SavedMessage } from './types.ts';

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
export class Conversations extends ConversationReader {
  /** Connects and makes sure that the schema is there. The first statement does it too; calling it early shows faults early. */
  async initialize(): Promise<void> {
    await this.database.initialize();
  }

  isInitialized(): boolean {
    return this.database.isInitialized;
  }

  /** Closes the database that this was made with, for everyone who uses it. */
  async shutdown(): Promise<void> {
    await this.database.close();
  }

  /** @throws ConversationExistsError when the id is already in use */
  async createConversation(input?: CreateConversation): Promise<Conversation> {
    const {
      id = newId(),
      title = null,
      source = null,
      metadata = {},
      isHidden = false,
      expiresAt = null,
    } = parse(createConversationSchema, input);
    try {
      const row = await this.user.first(conversations.insert, {
        id,
        title,
        source,
        metadata,
        isHidden,
        expiresAt,
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

  /** Null takes the title away. */
  async renameConversation(
    conversationId: string,
    title: string | null,
    options?: ChangeOptions,
  ): Promise<Conversation> {
    return rename(this.user, parse(renameSchema, { conversationId, title, options }));
  }

  /**
   * Puts a conversation away. It still takes messages, so that a late answer isn't lost, and stays archived.
   *
   * @throws ConversationClosedError when it is closed
   */
  async archiveConversation(conversationId: string, options?: ChangeOptions): Promise<Conversation> {
    return changeStatus(this.user, 'archive', parse(changeSchema, { conversationId, options }));
  }

  /** @throws ConversationClosedError when it is closed */
  async unarchiveConversation(conversationId: string, options?: ChangeOptions): Promise<Conversation> {
    return changeStatus(this.user, 'unarchive', parse(changeSchema, { conversationId, options }));
  }

  /** Ends a conversation for good: it stays readable and takes no more messages. */
  async closeConversation(conversationId: string, options?: ChangeOptions): Promise<Conversation> {
    return changeStatus(this.user, 'close', parse(changeSchema, { conversationId, options }));
  }

  /**
   * Chooses the branch in use: the next message follows this one, until another is saved. It is a change of the
   * conversation as the others are; a closed one has it too.
   *
   * @throws MessageNotFoundError when there is no such message in the conversation
   */
  async setActiveLeaf(conversationId: string, messageId: string, options?: SetActiveLeaf): Promise<Conversation> {
    return setActiveLeaf(this.user, parse(activeLeafSchema, { conversationId, messageId, options }));
  }

  /**
   * Puts a conversation's messages into cold storage: packed, out of tables, indexes and search, and still in the database,
   * its backups and its export. It comes back by `thawConversation`, or when a message is saved. One that is cold already
   * stays as it is.
   */
  async freezeConversation(conversationId: string): Promise<Conversation> {
    const id = parseId(conversationId);
    await freeze(this.database, this.user, { id });
    return find(this.user, id);
  }

  /**
   * Brings the messages back, exactly as they were. One that isn't cold stays as it is.
   *
   * @throws ColdStorageDamagedError when not all of it can be read; then nothing is changed
   */
  async thawConversation(conversationId: string): Promise<Conversation> {
    const id = parseId(conversationId);
    await thaw(this.user, id);
    return find(this.user, id);
  }

  /** From this time on it may be erased for good, which a worker does every night; null: never. Until then nothing changes. */
  async setExpiry(conversationId: string, expiresAt: Date | null, options?: ChangeOptions): Promise<Conversation> {
    return setExpiry(this.user, parse(expirySchema, { conversationId, expiresAt, options }));
  }

  /** Takes a conversation out of sight, with its messages. The rows stay; only a list of deleted ones shows it. */
  async deleteConversation(conversationId: string, options?: ChangeOptions): Promise<void> {
    await softDelete(this.user, parse(changeSchema, { conversationId, options }));
  }

  /**
   * Removes a conversation and its messages for good, also one that was deleted; the certificate says what may still hold
   * something of it. It works in transactions of its own, so it can't be part of another one. Interrupted, it goes on when
   * it is called again. A version is looked at only while the conversation isn't deleted.
   */
  async eraseConversation(conversationId: string, options?: ChangeOptions): Promise<ErasureCertificate> {
    const { conversationId: id, ifVersion } = parse(changeSchema, { conversationId, options });
    const state = await this.user.first(conversations.findState, { id });
    if (state === undefined) throw ConversationNotFoundError.of(id);
    // Out of sight first, by the user's own handle: that shows, too, whether whoever uses it may change the conversation.
    if (state.status !== 'DELETED') await softDelete(this.user, { conversationId: id, ifVersion });
    return new Erasures(this.database).eraseRow(this.user, {
      table: 'conversations',
      id,
      afterRows: () => this.searching.refresh(this.user.userId),
    });
  }

  /** How many rows `eraseConversation` would remove, by table. Changes nothing. */
  async previewErasure(conversationId: string): Promise<Readonly<Record<string, number>>> {
    const id = parseId(conversationId);
    return this.reading(id, async () => {
      const state = await this.user.first(conversations.findState, { id });
      if (state === undefined) throw ConversationNotFoundError.of(id);
      return new Erasures(this.database).previewRow(this.user, { table: 'conversations', id });
    });
  }

  /** As the four below, for whoever has the role as a value; tells too whether the message is new. */
  async saveMessage(input: SaveAnyMessage): Promise<SavedMessage> {
    const { role, ...valid } = parse(saveAnyMessageSchema, input);
    return append(this.user, role, valid);
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

  /**
   * The whole conversation: as a JSON document, or with a format as a stream of bytes that is made while it is read.
   *
   * @throws ExportFontError, from the stream, when a font for PDF can't be used
   */
  async exportConversation(conversationId: string): Promise<ConversationDocument>;
  async exportConversation(conversationId: string, options: ExportOptions): Promise<ConversationExport>;
  async exportConversation(
    conversationId: string,
    options?: ExportOptions,
  ): Promise<ConversationDocument | ConversationExport> {
    if (options === undefined) {
      const id = parseId(conversationId);
      return this.reading(id, () => exportConversation(this.user, id));
    }
    const { conversationId: id, options: valid } = parse(exportSchema, { conversationId, options });
    return this.reading(id, () => exportOne(this.user, id, valid));
  }

  /** All of the user's conversations, or some, as one stream of bytes that is made while it is read. */
  exportConversations(selection: ExportSelection): ConversationExport {
    const { ids, ...options } = parse(exportSelectionSchema, selection);
    const exported = exportMany(this.user, ids, options);
    return { ...exported, chunks: this.#noted(exported.chunks) };
  }

  async *#noted(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    yield* await this.reading(null, async () => chunks);
  }

  /**
   * Brings in what ChatGPT, Open WebUI, LibreChat, OpenAssistant, ShareGPT, OpenAI's chat messages or Keelson itself
   * exported, from a path (also of a ZIP archive or a folder) or a stream, one conversation at a time: each is stored whole or
   * not at all, what is there already isn't stored twice, and what is broken or was erased here is reported while the rest
   * goes on.
   *
   * @throws ImportSourceError when the file can't be read, or an archive is damaged
   * @throws ImportFormatError when nothing in it is a conversation
   */
  async importConversations(source: ImportSource, options?: ImportOptions): Promise<ImportReport> {
    const valid = parse(importSchema, { source, options });
    const { takeErased, ...rest } = valid.options;
    const erased = takeErased ? undefined : new Erasures(this.database).erasedOf(this.user);
    return importConversations({ user: this.user, erased }, valid.source, rest);
  }

  async #save(role: MessageRole, input: SaveMessage): Promise<Message> {
    const { message } = await append(this.user, role, parse(saveMessageSchema, input));
    return message;
  }
}
