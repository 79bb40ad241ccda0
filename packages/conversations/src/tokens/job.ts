import type { Database, JobDefinition } from '@keelson/db-core';
import { z } from 'zod';
import { toMessage } from '../mapping.ts';
import * as queries from '../repositories/token.repository.ts';
import { tokensOf } from './message-tokens.ts';
import { loadTokenizer } from './tokenizer.ts';

/** Messages of a transaction: the only writer of a SQLite file isn't kept for long. */
const CHUNK = 200;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

const parameters = z.strictObject({});

/**
 * Counts the tokens of an owner's messages that came without: imported ones, and those from before tokens were counted.
 * Until then they are counted whenever a context is built of them. A second run finds nothing to do.
 */
export function countTokensJob(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'conversations.count-tokens',
    parameters,
    run: async ({ userId, transaction, signal }) => {
      const count = await loadTokenizer();
      const user = database.forUser(userId);
      let counted = 0;
      let after = FIRST_ID;
      for (;;) {
        signal.throwIfAborted();
        const rows = await user.all(queries.listUncounted, { after, limit: CHUNK });
        const last = rows.at(-1);
        if (last === undefined) return { counted };
        const tokens = rows.map((row) => ({ id: row.id, tokenCount: tokensOf(toMessage(row), count) }));
        await transaction(async (writer) => {
          counted += await writer.runMany(queries.updateTokenCount, tokens);
        });
        after = last.id;
      }
    },
  };
}
