import type { UserHandle } from '@keelson/db-core';
import { ColdStorageDamagedError } from '../errors.ts';
import * as cold from '../repositories/cold.repository.ts';
import { type ColdRow, type PartRow, unpack } from './pack.ts';

/** What cold storage has of a conversation. */
export interface ColdParts {
  /** In order. */
  readonly ids: readonly string[];
  /** The active leaf, where it isn't the newest message. */
  readonly leafId: string | null;
}

/**
 * Undefined when the conversation isn't cold.
 *
 * @throws ColdStorageDamagedError when a part is missing
 */
export async function findParts(user: UserHandle, conversationId: string): Promise<ColdParts | undefined> {
  const found = await user.all(cold.listParts, { id: conversationId });
  const rows = found.toSorted((a, b) => (a.part ?? 0) - (b.part ?? 0));
  if (rows[0]?.is_cold !== true) return undefined;
  const ids = rows.flatMap(({ id, part }, index) => (part === index + 1 && id !== null ? [id] : []));
  if (ids.length < rows.length || rows.at(-1)?.is_last !== true)
    throw ColdStorageDamagedError.of(conversationId, `part ${ids.length + 1} is missing`);
  return { ids, leafId: rows[0].active_leaf_id };
}

/** A part, unpacked. */
export interface OpenedPart {
  readonly part: PartRow;
  readonly rows: readonly ColdRow[];
}

/**
 * The parts of a conversation in order, one at a time. Ends before the last one when the conversation is thawed meanwhile,
 * or isn't cold at all.
 *
 * @throws ColdStorageDamagedError when one is missing, or isn't what was stored
 */
export async function* openParts(
  user: UserHandle,
  conversationId: string,
): AsyncGenerator<OpenedPart, void, undefined> {
  for (const id of (await findParts(user, conversationId))?.ids ?? []) {
    const part = await user.first(cold.findPart, { id });
    if (part === undefined) return;
    yield { part, rows: await unpack(part) };
  }
}
