import { type Database, newId, type SystemHandle } from '@keelson/db-core';
import { MirrorBusyError, MirrorTargetError } from '../errors.ts';
import { BEFORE_ALL, chunksOf, conversationOf, idsByUser, type Key, keyOf, textOf } from './keys.ts';
import * as queries from './target-queries.ts';
import { FILL_STAGES, type FillStage, type MirrorConversation, type MirrorMessage } from './tables.ts';

/** Ids in one statement. */
const IDS_AT_ONCE = 500;

/** Where a fill that was begun has come to. */
export interface FillState {
  /** Of the source's feed when the fill began. */
  readonly position: string;
  readonly stage: FillStage;
  readonly after: Key;
}

export interface TargetState {
  readonly sourceId: string;
  /** What the mirror is called among the consumers of the source. */
  readonly consumer: string;
  /** Null until the first fill is done. */
  readonly position: string | null;
  /** Null while none is under way. */
  readonly fill: FillState | null;
}

/** A conversation of the mirror, and whether its messages were in cold storage when it was written. */
export interface ConversationKey extends Key {
  readonly isCold: boolean;
}

/** A message of the mirror, and to which conversation it belongs. */
export interface MessageKey extends Key {
  readonly conversation: Key;
}

/** The end of a range of keys, which is in it; null: to the last one. */
export interface KeyRange {
  readonly after: Key;
  readonly to: Key | null;
}

export interface TargetOptions {
  readonly database: Database;
  readonly leaseMs: number;
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

/**
 * The mirror's own database. Whatever is written there is written by whoever has the lease, and in the transaction that says
 * how far it leads: after any crash the rows and the position fit each other.
 */
export class MirrorTarget {
  readonly #system: SystemHandle;
  readonly #options: TargetOptions;
  readonly #lease = newId();
  #writer: TargetWriter;

  constructor(options: TargetOptions) {
    this.#options = options;
    this.#system = options.database.system('a mirror: its own tables');
    this.#writer = new TargetWriter(this.#system);
  }

  /** Says whose mirror it is, unless it is known. */
  async introduce(source: { readonly sourceId: string; readonly consumer: string }): Promise<TargetState> {
    await this.#system.run(queries.insertState, { ...source, now: new Date() });
    return this.state();
  }

  async state(): Promise<TargetState> {
    const row = await this.#system.first(queries.findState);
    if (row === undefined) throw new MirrorTargetError('Somebody has emptied the mirror while it was kept.');
    const { fill_position: position, fill_stage: stage, fill_user_id: userId, fill_id: id } = row;
    const isFilling = position !== null && stage !== null && userId !== null && id !== null;
    return {
      sourceId: row.source_id,
      consumer: row.consumer,
      position: row.position,
      fill: isFilling ? { position, stage, after: { userId, id } } : null,
    };
  }

  /** False while another process has it. */
  async takeLease(): Promise<boolean> {
    const now = new Date();
    const { changes } = await this.#system.run(queries.takeLease, { lease: this.#lease, now, expires: this.#expires });
    return changes > 0;
  }

  async giveLease(): Promise<void> {
    await this.#system.run(queries.giveLease, { lease: this.#lease });
  }

  /**
   * One transaction, for whoever has the lease.
   *
   * @throws MirrorBusyError when another process has taken it
   */
  async write(work: (writer: TargetWriter) => Promise<void>): Promise<void> {
    this.#options.signal.throwIfAborted();
    await this.#system.transaction(
      async (system) => {
        const { changes } = await system.run(queries.holdLease, { lease: this.#lease, expires: this.#expires });
        if (changes === 0) throw new MirrorBusyError('Another process has taken the mirror over.');
        await work(this.#writer);
      },
      // Rows are set to what they are, and a position to what it led to.
      { idempotent: true },
    );
  }

  /** Whoever's they are. */
  async conversationsById(ids: readonly string[]): Promise<ConversationKey[]> {
    const found: ConversationKey[] = [];
    for (const chunk of chunksOf(ids, IDS_AT_ONCE)) {
      const rows = await this.#system.all(queries.conversationsById, { ids: chunk });
      found.push(...rows.map((row) => ({ ...keyOf(row), isCold: row.is_cold })));
    }
    return found;
  }

  /** Whoever's they are. */
  async messagesById(ids: readonly string[]): Promise<MessageKey[]> {
    const found: MessageKey[] = [];
    for (const chunk of chunksOf(ids, IDS_AT_ONCE)) {
      const rows = await this.#system.all(queries.messagesById, { ids: chunk });
      found.push(...rows.map((row) => ({ ...keyOf(row), conversation: conversationOf(row) })));
    }
    return found;
  }

  /** Those of these conversations that are there, by {@link textOf} their keys. */
  async known(keys: readonly Key[]): Promise<ReadonlyMap<string, ConversationKey>> {
    const found = await this.conversationsById(keys.map(({ id }) => id));
    return new Map(found.map((key) => [textOf(key), key]));
  }

  /** The conversations of a range, a page at a time. What a page shows may be removed before the next one is asked for. */
  async *conversationsIn({ after, to }: KeyRange): AsyncGenerator<readonly Key[], void, undefined> {
    const limit = this.#options.pageSize;
    for (let last = after; ;) {
      const rows =
        to === null
          ? await this.#system.all(queries.pageConversations, { ...last, limit })
          : await this.#system.all(queries.pageConversationsTo, { ...last, toUserId: to.userId, toId: to.id, limit });
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows.map(keyOf);
      last = keyOf(end);
      if (rows.length < limit) return;
    }
  }

  /** As {@link conversationsIn}. */
  async *messagesIn({ after, to }: KeyRange): AsyncGenerator<readonly MessageKey[], void, undefined> {
    const limit = this.#options.pageSize;
    for (let last = after; ;) {
      const rows =
        to === null
          ? await this.#system.all(queries.pageMessages, { ...last, limit })
          : await this.#system.all(queries.pageMessagesTo, { ...last, toUserId: to.userId, toId: to.id, limit });
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows.map((row) => ({ ...keyOf(row), conversation: conversationOf(row) }));
      last = keyOf(end);
      if (rows.length < limit) return;
    }
  }

  /** The messages of a conversation; as {@link conversationsIn}. */
  async *messagesOf({ userId, id: conversationId }: Key): AsyncGenerator<readonly Key[], void, undefined> {
    const limit = this.#options.pageSize;
    for (let { id } = BEFORE_ALL; ;) {
      const rows = await this.#system.all(queries.pageMessagesOf, { userId, conversationId, id, limit });
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows.map((row) => ({ userId, id: row.id }));
      id = end.id;
      if (rows.length < limit) return;
    }
  }

  get #expires(): Date {
    return new Date(Date.now() + this.#options.leaseMs);
  }
}

/** What can be written in a transaction of {@link MirrorTarget.write}. */
export class TargetWriter {
  readonly #system: SystemHandle;

  constructor(system: SystemHandle) {
    this.#system = system;
  }

  async setConversations(rows: readonly MirrorConversation[]): Promise<void> {
    await this.#system.runMany(queries.upsertConversation, rows);
  }

  async setMessages(rows: readonly MirrorMessage[]): Promise<void> {
    await this.#system.runMany(queries.upsertMessage, rows);
  }

  /** With all their messages. */
  async removeConversations(keys: readonly Key[]): Promise<void> {
    for (const [userId, ids] of idsByUser(keys)) {
      for (const chunk of chunksOf(ids, IDS_AT_ONCE)) {
        await this.#system.run(queries.removeMessagesOf, { userId, conversationIds: chunk });
        await this.#system.run(queries.removeConversations, { userId, ids: chunk });
      }
    }
  }

  async removeMessages(keys: readonly Key[]): Promise<void> {
    for (const [userId, ids] of idsByUser(keys)) {
      for (const chunk of chunksOf(ids, IDS_AT_ONCE))
        await this.#system.run(queries.removeMessages, { userId, ids: chunk });
    }
  }

  /** `isCurrent`: there was nothing more to do. */
  async keepPosition(position: string, isCurrent: boolean): Promise<void> {
    if (isCurrent) await this.#system.run(queries.keepCurrent, { position, now: new Date() });
    else await this.#system.run(queries.keepPosition, { position });
  }

  /** From the first of everything; what is there stays until it is known to be gone. */
  async beginFill(position: string): Promise<void> {
    await this.#system.run(queries.beginFill, { position, stage: FILL_STAGES[0], ...BEFORE_ALL });
  }

  async keepFill(stage: FillStage, after: Key): Promise<void> {
    await this.#system.run(queries.keepFill, { stage, ...after });
  }

  async endFill(): Promise<void> {
    await this.#system.run(queries.endFill, { now: new Date() });
  }
}
