import type { UserHandle } from '@keelson/db-core';
import { ColdStorageDamagedError } from '../errors.ts';
import * as cold from '../repositories/cold.repository.ts';
import { type ColdRow, type PartRow, unpack } from './pack.ts';

/** A part of a conversation in cold storage, unpacked. */
export interface OpenedPart {
  readonly part: PartRow;
  readonly rows: readonly ColdRow[];
}

/**
 * The parts of a conversation in order, one at a time.
 *
 * @throws ColdStorageDamagedError when one is missing, or isn't what was stored
 */
export async function* openParts(user: UserHandle, conversationId: string): AsyncGenerator<OpenedPart> {
  for (let number = 1; ; number += 1) {
    const part = await user.first(cold.findPart, { conversationId, part: number });
    if (part === undefined) throw ColdStorageDamagedError.of(conversationId, `part ${number} is missing`);
    yield { part, rows: await unpack(part) };
    if (part.is_last) return;
  }
}
