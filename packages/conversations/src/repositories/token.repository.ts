import { defineQuery, literal } from '@keelson/db-core';
import { messageColumns } from './message.repository.ts';

/** Messages without a count, by their ids; a partial one isn't counted while it grows. */
export const listUncounted = defineQuery('tokens.listUncounted', (db, p: { after: string; limit: number }) =>
  db
    .selectFrom('conversation_messages')
    .select(messageColumns)
    .where('token_count', 'is', null)
    .where('status', '<>', literal('partial'))
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
);

/** Once: a trigger refuses another count, and any other change with it. */
export const updateTokenCount = defineQuery('tokens.updateTokenCount', (db, p: { id: string; tokenCount: number }) =>
  db
    .updateTable('conversation_messages')
    .set({ token_count: p.tokenCount })
    .where('id', '=', p.id)
    .where('token_count', 'is', null)
    .where('status', '<>', literal('partial')),
);
