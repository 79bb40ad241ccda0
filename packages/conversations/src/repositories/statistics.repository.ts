import { defineQuery, defineSystemQuery } from '@keelson/db-core';

/** What statistics are made of, in the order of time; all of it stands in one index. */
export const listFigures = defineQuery('statistics.listFigures', (db, p: { from: Date; to: Date }) =>
  db
    .selectFrom('conversation_messages')
    .select(['created_at', 'role', 'model_name', 'tokens', 'latency_ms'])
    .where('created_at', '>=', p.from)
    .where('created_at', '<', p.to)
    .orderBy('created_at'),
);

/** The next one who has conversations; null after the last. */
export const findNextOwner = defineSystemQuery('statistics.findNextOwner', (db, p: { after: string }) =>
  db
    .selectFrom('conversations')
    .select((eb) => eb.fn.min<string | null>('user_id').as('user_id'))
    .where('user_id', '>', p.after),
);
