import type { UserHandle } from '@keelson/db-core';
import { thaw } from '../cold/thaw.ts';
import { whileLocked } from '../cold/while-locked.ts';
import { ConversationClosedError } from '../errors.ts';
import * as transfer from '../repositories/conversation-transfer.repository.ts';
import * as numbers from '../repositories/conversation-numbers.repository.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import { knownSchema } from '../schemas/message.schema.ts';
import { uuidSchema } from '../schemas/text.schema.ts';
import type { JsonObject } from '../types.ts';
import { deriveId } from './derive-id.ts';
import { type Destination, refuseErased } from './erased.ts';
import { type ImportedConversation, type ImportedMessage, ImportFault } from './imported.ts';
import { lookAgain } from './look-again.ts';
import type { Stored } from './report.ts';

/** What the database's columns for external ids take. */
const MAX_EXTERNAL_ID_LENGTH = 255;
const IDS_AT_ONCE = 1_000;

/** Stores what of a conversation isn't there yet, all or nothing. */
export function storeConversation(to: Destination, imported: ImportedConversation): Promise<Stored> {
  return lookAgain(() => new Store(to, imported).run());
}

class Store {
  readonly #to: Destination;
  readonly #user: UserHandle;
  readonly #imported: ImportedConversation;
  readonly #externalId: string;
  readonly #now = new Date();
  /** Ids by external id: of those that are there, then also of those that come. */
  readonly #ids = new Map<string, string>();
  readonly #times = new Map<string, Date>();

  constructor(to: Destination, imported: ImportedConversation) {
    this.#to = to;
    this.#user = to.user;
    this.#imported = imported;
    this.#externalId = bounded(imported.externalId);
  }

  async run(): Promise<Stored> {
    const { messages: all } = this.#imported;
    const known = await this.#known();
    if (known === undefined) {
      await refuseErased(this.#to, { ids: this.#formerIds(), createdAt: this.#imported.createdAt });
      await this.#create();
      return { isNew: true, created: all.length, duplicates: 0 };
    }
    // What is there already is told by the messages.
    if (known.is_cold) await thaw(this.#user, known.id);
    const isWhole = (await this.#fresh(known.id)).length === 0;
    if (!isWhole && known.status === 'DELETED')
      throw new ImportFault('DELETED_HERE', 'was deleted here; its new messages are left out');
    const created = isWhole ? 0 : await this.#extend(known.id);
    return { isNew: false, created, duplicates: all.length - created };
  }

  /** The messages that aren't there yet. */
  async #fresh(conversationId: string): Promise<readonly ImportedMessage[]> {
    this.#ids.clear();
    for (const row of await this.#user.all(messages.listExternalIds, { conversationId })) {
      if (row.external_id !== null) this.#ids.set(row.external_id, row.id);
    }
    return this.#imported.messages.filter((message) => !this.#ids.has(bounded(message.externalId)));
  }

  /** The conversation here, by its id or by the longest that it had when it was shorter. */
  async #known(): Promise<{ readonly id: string; readonly status: string; readonly is_cold: boolean } | undefined> {
    const { source, earlierExternalIds = [] } = this.#imported;
    const known = await this.#user.first(conversations.findByExternalId, { source, externalId: this.#externalId });
    if (known !== undefined) return known;
    for (let start = 0; start < earlierExternalIds.length; start += IDS_AT_ONCE) {
      const externalIds = earlierExternalIds.slice(start, start + IDS_AT_ONCE);
      const rows = await this.#user.all(transfer.findByExternalIds, { source, externalIds });
      const byId = new Map(rows.map((row) => [row.external_id, row]));
      const longest = externalIds.find((id) => byId.has(id));
      if (longest !== undefined) return byId.get(longest);
    }
    return undefined;
  }

  /** What it may have been called here, had it come before. */
  #formerIds(): readonly string[] {
    const { source, earlierExternalIds = [] } = this.#imported;
    const own = uuidSchema.safeParse(this.#externalId);
    const derived = [this.#externalId, ...earlierExternalIds].map((externalId) => deriveId(source, externalId));
    return own.success ? [own.data, ...derived] : derived;
  }

  async #create(): Promise<void> {
    const { title, source, metadata, messages: all, createdAt, archivedAt } = this.#imported;
    const id = await this.#conversationId();
    const rows = await this.#rows(id, all, 1);
    await this.#user.transaction(async () => {
      await this.#user.run(conversations.insertImported, {
        id,
        title,
        status: archivedAt === null ? 'ACTIVE' : 'ARCHIVED',
        source,
        externalId: this.#externalId,
        metadata,
        messageCount: rows.length,
        nextSeq: rows.length + 1,
        activeLeafId: this.#activeLeafId(rows),
        lastMessageAt: latest(rows),
        archivedAt,
        createdAt: createdAt ?? this.#now,
        now: this.#now,
      });
      if (rows.length > 0) await this.#user.runMany(messages.insertImported, rows);
    });
  }

  /**
   * Gives how many messages came. What is there is looked at again with the conversation locked: others may have added to it,
   * or have put it into cold storage, meanwhile.
   */
  #extend(id: string): Promise<number> {
    const extend = async (): Promise<number> => {
      const rows = await this.#rows(id, await this.#fresh(id), 0);
      if (rows.length === 0) return 0;
      const taken = await this.#user.first(numbers.takeSeqs, {
        id,
        count: rows.length,
        lastMessageAt: latest(rows) ?? this.#now,
        activeLeafId: this.#activeLeafId(rows),
        now: this.#now,
      });
      if (taken === undefined) throw ConversationClosedError.of(id);
      const first = taken.next_seq - rows.length;
      await this.#user.runMany(
        messages.insertImported,
        rows.map((row, index) => ({ ...row, seq: first + index })),
      );
      return rows.length;
    };
    return whileLocked(this.#user, id, extend, { idempotent: true });
  }

  /** The id that the source gave it, where that is a UUID and free; otherwise one made from the source's. */
  async #conversationId(): Promise<string> {
    const derived = deriveId(this.#imported.source, this.#externalId);
    const own = uuidSchema.safeParse(this.#externalId);
    if (!own.success) return derived;
    const taken = await this.#user.first(conversations.findState, { id: own.data });
    return taken === undefined ? own.data : derived;
  }

  async #rows(
    conversationId: string,
    fresh: readonly ImportedMessage[],
    firstSeq: number,
  ): Promise<messages.ImportedRow[]> {
    const taken = await this.#takenIds(fresh);
    return fresh.map((message, index) => {
      const externalId = bounded(message.externalId);
      const own = uuidSchema.safeParse(externalId);
      const id = own.success && !taken.has(own.data) ? own.data : deriveId(conversationId, externalId);
      taken.add(id);
      this.#ids.set(externalId, id);
      const parent = message.parentExternalId === null ? undefined : bounded(message.parentExternalId);
      const createdAt = message.createdAt ?? this.#times.get(parent ?? '') ?? this.#imported.createdAt ?? this.#now;
      this.#times.set(externalId, createdAt);
      const { source = null, modelName = null, ...rest } = message.metadata;
      const { tokens, metadata } = tokensOf(rest);
      return {
        id,
        conversationId,
        seq: firstSeq + index,
        parentId: parent === undefined ? null : (this.#ids.get(parent) ?? null),
        role: message.role,
        content: message.content,
        parts: message.parts,
        status: message.status,
        source: labelOf(source, 100),
        modelName: labelOf(modelName, 200),
        tokens,
        metadata,
        externalId,
        createdAt,
      };
    });
  }

  /** Chats that were branched off another one repeat its messages, ids included; those need ids of their own here. */
  async #takenIds(fresh: readonly ImportedMessage[]): Promise<Set<string>> {
    const wanted = fresh.flatMap((message) => uuidSchema.safeParse(message.externalId).data ?? []);
    const taken = new Set<string>();
    for (let start = 0; start < wanted.length; start += IDS_AT_ONCE) {
      const ids = wanted.slice(start, start + IDS_AT_ONCE);
      for (const row of await this.#user.all(messages.findByIds, { ids })) taken.add(row.id);
    }
    return taken;
  }

  /** Stored only when it isn't the newest message. */
  #activeLeafId(rows: readonly messages.ImportedRow[]): string | null {
    const { activeLeafExternalId } = this.#imported;
    const id = activeLeafExternalId === null ? undefined : this.#ids.get(bounded(activeLeafExternalId));
    return id === undefined || id === rows.at(-1)?.id ? null : id;
  }
}

function bounded(externalId: string): string {
  return externalId.length <= MAX_EXTERNAL_ID_LENGTH ? externalId : deriveId(externalId);
}

/** A count that its column takes is kept there; anything else stays among the others. */
function tokensOf({ tokens, ...metadata }: JsonObject): { tokens: number | null; metadata: JsonObject } {
  const count = knownSchema.shape.tokens.safeParse(tokens).data ?? null;
  return { tokens: count, metadata: count === null && tokens !== undefined ? { ...metadata, tokens } : metadata };
}

function labelOf(value: unknown, length: number): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, length) : null;
}

function latest(rows: readonly messages.ImportedRow[]): Date | null {
  const [first, ...rest] = rows;
  if (first === undefined) return null;
  return rest.reduce((time, row) => (row.createdAt > time ? row.createdAt : time), first.createdAt);
}
