import { type Database, InternalError, newId, removeMovedRows, type UserHandle } from '@keelson/db-core';
import { ColdStorageDamagedError } from '../errors.ts';
import * as cold from '../repositories/cold.repository.ts';
import type { ConversationId } from '../types.ts';
import { type ColdRow, digestOfRows, pack } from './pack.ts';
import { openParts } from './parts.ts';

/** Rows that are read at once: each may have megabytes. */
const ROWS_AT_ONCE = 100;
/** A part ends with the first of these: about what is held in memory. */
const PART_ROWS = 2_000;
const PART_CHARACTERS = 8_000_000;
/** Longer than other work may take: a conversation moves as a whole. */
export const MOVE_TIMEOUT_MS = 300_000;

/**
 * Packs a conversation's messages and takes their rows away, all in one transaction: whoever reads sees either. Before a
 * row goes, what was stored is read back and compared. Gives false when there was nothing to do: it is cold already, gone,
 * or was used after `unusedSince`.
 */
export function freeze(
  database: Database,
  user: UserHandle,
  { id, unusedSince }: { readonly id: ConversationId; readonly unusedSince?: Date },
): Promise<boolean> {
  return user.transaction(
    async () => {
      const taken =
        unusedSince === undefined
          ? await user.first(cold.freeze, { id })
          : await user.first(cold.freezeUnused, { id, before: unusedSince });
      if (taken === undefined) return false;
      await user.run(cold.lockPartial, { conversationId: id });
      const freezing = new Freezing(user, id, taken.active_leaf_id);
      const stored = await freezing.store();
      await verify(user, id, stored);
      await user.run(cold.forgetLeaf, { id });
      const where = { conversation_id: id };
      const gone = await removeMovedRows(database, { table: 'conversation_messages', userId: user.userId, where });
      if (gone !== stored)
        throw new InternalError(`Of conversation ${id} ${stored} messages were stored and ${gone} went.`);
      return true;
    },
    { idempotent: true, timeoutMs: MOVE_TIMEOUT_MS },
  );
}

class Freezing {
  readonly #user: UserHandle;
  readonly #id: ConversationId;
  readonly #activeLeafId: string | null;
  readonly #now = new Date();
  #part = 0;

  constructor(user: UserHandle, id: ConversationId, activeLeafId: string | null) {
    this.#user = user;
    this.#id = id;
    this.#activeLeafId = activeLeafId;
  }

  /** Gives how many messages were stored. */
  async store(): Promise<number> {
    let waiting: ColdRow[] = [];
    let characters = 0;
    let stored = 0;
    for (let seq = 0; ;) {
      const read = { conversationId: this.#id, seq, limit: ROWS_AT_ONCE };
      const rows = await this.#user.all(cold.listRowsAfter, read);
      waiting.push(...rows);
      characters += rows.reduce((sum, { content }) => sum + content.length, 0);
      seq = rows.at(-1)?.seq ?? seq;
      const isLast = rows.length < ROWS_AT_ONCE;
      if (!isLast && waiting.length < PART_ROWS && characters < PART_CHARACTERS) continue;
      await this.#storePart(waiting, isLast);
      stored += waiting.length;
      if (isLast) return stored;
      waiting = [];
      characters = 0;
    }
  }

  async #storePart(rows: readonly ColdRow[], isLast: boolean): Promise<void> {
    this.#part += 1;
    const times = rows.map((row) => row.created_at).sort((a, b) => a.getTime() - b.getTime());
    await this.#user.run(cold.insertPart, {
      id: newId(),
      conversationId: this.#id,
      part: this.#part,
      isLast,
      activeLeafId: this.#activeLeafId,
      messages: rows.length,
      firstAt: times[0] ?? null,
      lastAt: times.at(-1) ?? null,
      ...(await pack(rows)),
      now: this.#now,
    });
    if (rows.length > 0) await this.#user.run(cold.forgetVectors, { ids: rows.map(({ id }) => id) });
  }
}

/** Reads back what was stored, and compares it with the rows: all that will be left of them. */
async function verify(user: UserHandle, id: ConversationId, stored: number): Promise<void> {
  let seen = 0;
  let seq = 0;
  for await (const { part, rows } of openParts(user, id)) {
    const present: ColdRow[] = [];
    while (present.length < rows.length) {
      const limit = Math.min(ROWS_AT_ONCE, rows.length - present.length);
      const read = await user.all(cold.listRowsAfter, { conversationId: id, seq, limit });
      if (read.length === 0) break;
      present.push(...read);
      seq = read.at(-1)?.seq ?? seq;
    }
    if (digestOfRows(present) !== part.digest)
      throw ColdStorageDamagedError.of(id, `part ${part.part} is not what its messages are`);
    seen += rows.length;
  }
  if (seen !== stored) throw ColdStorageDamagedError.of(id, `${seen} of ${stored} messages were stored`);
}
