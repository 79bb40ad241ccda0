import type { UserHandle } from '@keelson/db-core';
import { ColdStorageDamagedError } from '../errors.ts';
import * as cold from '../repositories/cold.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import { MOVE_TIMEOUT_MS } from './freeze.ts';
import type { ColdRow, PartRow } from './pack.ts';
import { openParts } from './parts.ts';

/** Rows that are written at once. */
const ROWS_AT_ONCE = 500;

/**
 * Puts a conversation's messages back as they were, all in one transaction. Gives false when there was nothing to do.
 *
 * @throws ColdStorageDamagedError when not all of it can be read; what is stored then stays as it is
 */
export function thaw(user: UserHandle, id: string): Promise<boolean> {
  return user.transaction(
    async () => {
      if ((await user.first(cold.lockCold, { id, now: new Date() })) === undefined) return false;
      let last: PartRow | undefined;
      for await (const { part, rows } of openParts(user, id)) {
        last = part;
        for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
          await user.runMany(messages.insertAdopted, rows.slice(start, start + ROWS_AT_ONCE).map(toStored));
      }
      if (last?.is_last !== true) throw ColdStorageDamagedError.of(id, 'its last part is missing');
      await user.run(cold.deleteParts, { conversationId: id });
      await user.run(cold.endCold, { id, leafId: last.active_leaf_id });
      return true;
    },
    { idempotent: true, timeoutMs: MOVE_TIMEOUT_MS },
  );
}

function toStored(row: ColdRow): messages.AdoptedRow {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    seq: row.seq,
    parentId: row.parent_id,
    role: row.role,
    content: row.content,
    parts: row.parts as messages.AdoptedRow['parts'],
    status: row.status,
    tokenCount: row.token_count,
    requestId: row.request_id,
    requestPart: row.request_part,
    externalId: row.external_id,
    source: row.source,
    modelName: row.model_name,
    tokens: row.tokens,
    latencyMs: row.latency_ms,
    metadata: row.metadata as messages.AdoptedRow['metadata'],
    createdAt: row.created_at,
  };
}
