import { defineQuery, defineSystemQuery, type QueryBuilder, type TenantDatabase } from '@keelson/db-core';
import type { MessageRole } from '../types.ts';

interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** What statistics are made of; all of it stands in one index. */
const figuresOfMessages = (db: QueryBuilder<TenantDatabase>, { from, to }: Span) =>
  db
    .selectFrom('conversation_messages')
    .select(['created_at', 'role', 'model_name', 'tokens', 'latency_ms'])
    .select((eb) => [
      eb.lit(null).$castTo<string | null>().as('cold_id'),
      eb.lit(null).$castTo<string | null>().as('part_id'),
    ])
    .where('created_at', '>=', from)
    .where('created_at', '<', to);

/** Where more of it lies: parts of cold storage, each with its conversation. They have no figures themselves. */
const partsOfSpan = (db: QueryBuilder<TenantDatabase>, { from, to }: Span) =>
  db
    .selectFrom('conversation_cold_parts')
    .select((eb) => [
      'created_at',
      eb.lit(null).$castTo<MessageRole>().as('role'),
      eb.lit(null).as('model_name'),
      eb.lit(null).as('tokens'),
      eb.lit(null).as('latency_ms'),
      eb.ref('conversation_id').$castTo<string | null>().as('cold_id'),
      eb.ref('id').$castTo<string | null>().as('part_id'),
    ])
    .where('last_at', '>=', from)
    .where('first_at', '<', to);

/** In no particular order. One statement sees both places, so that a message that is on its way between them is in one. */
export const listFigures = defineQuery('statistics.listFigures', (db, p: { from: Date; to: Date }) =>
  figuresOfMessages(db, p).unionAll(partsOfSpan(db, p)),
);

/** The same of one conversation. */
export const listFiguresOf = defineQuery(
  'statistics.listFiguresOf',
  (db, p: { conversationId: string; from: Date; to: Date }) =>
    figuresOfMessages(db, p)
      .where('conversation_id', '=', p.conversationId)
      .unionAll(partsOfSpan(db, p).where('conversation_id', '=', p.conversationId)),
);

/** The next one who has conversations; null after the last. */
export const findNextOwner = defineSystemQuery('statistics.findNextOwner', (db, p: { after: string }) =>
  db
    .selectFrom('conversations')
    .select((eb) => eb.fn.min<string | null>('user_id').as('user_id'))
    .where('user_id', '>', p.after),
);
