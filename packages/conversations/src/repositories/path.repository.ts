import { defineQuery, literal } from '@keelson/db-core';
import { messageColumns } from './message.repository.ts';

/** As the index of system messages says it. */
const NOT_OF_THE_SYSTEM = [literal('user'), literal('assistant'), literal('tool')];

/** The message in use, by its number; and what tells whether the conversation is there. */
export const findLeaf = defineQuery('path.findLeaf', (db, p: { conversationId: string }) =>
  db
    .selectFrom('conversations')
    .select(['status', 'next_seq', 'is_cold', 'last_opened_at'])
    .select((eb) =>
      eb
        .selectFrom('conversation_messages')
        .select('conversation_messages.seq')
        .whereRef('conversation_messages.id', '=', 'conversations.active_leaf_id')
        .as('leaf_seq'),
    )
    .where('id', '=', p.conversationId),
);

export const findPlace = defineQuery('path.findPlace', (db, p: { conversationId: string; id: string }) =>
  db
    .selectFrom('conversation_messages')
    .select(['seq', 'parent_id'])
    .where('conversation_id', '=', p.conversationId)
    .where('id', '=', p.id),
);

/**
 * The way back from a message: the runs of messages that it goes through, each by the number at which it begins and the
 * one at which it leaves the run before; 0 at the first message of all. What lies before the last run, if it doesn't end
 * with 0, is the conversation's first run, which is in no table. Numbers only get smaller, so it ends.
 */
export const listRuns = defineQuery('path.listRuns', (db, p: { conversationId: string; seq: number; limit: number }) =>
  db
    .withRecursive('runs(first, parent, step)', (cte) =>
      cte
        .selectFrom('conversation_branches as newest')
        .select((eb) => ['newest.seq as first', 'newest.parent_seq as parent', eb.lit(1).as('step')])
        .where('newest.conversation_id', '=', p.conversationId)
        .where('newest.seq', '=', (eb) =>
          eb
            .selectFrom('conversation_branches as below')
            .select((inner) => inner.fn.max('below.seq').as('seq'))
            .where('below.conversation_id', '=', p.conversationId)
            .where('below.seq', '<=', p.seq),
        )
        .unionAll(
          cte
            .selectFrom('runs')
            .innerJoin('conversation_branches as older', (join) =>
              join.on('older.conversation_id', '=', p.conversationId).on('older.seq', '=', (eb) =>
                eb
                  .selectFrom('conversation_branches as below')
                  .select((inner) => inner.fn.max('below.seq').as('seq'))
                  .where('below.conversation_id', '=', p.conversationId)
                  .whereRef('below.seq', '<=', 'runs.parent'),
              ),
            )
            .select((eb) => [
              'older.seq as first',
              'older.parent_seq as parent',
              eb('runs.step', '+', eb.lit(1)).as('step'),
            ])
            .where('runs.parent', '>', 0)
            .where('runs.step', '<', p.limit),
        ),
    )
    .selectFrom('runs')
    .select(['runs.first', 'runs.parent']),
);

/**
 * Messages by their numbers, in no particular order, with what they weigh in a context, and when the conversation was last
 * taken out of cold storage.
 */
export const listBySeqs = defineQuery('path.listBySeqs', (db, p: { conversationId: string; seqs: readonly number[] }) =>
  db
    .selectFrom('conversation_messages')
    .select(messageColumns)
    .select('token_count')
    .select((eb) =>
      eb
        .selectFrom('conversations')
        .select('conversations.last_opened_at')
        .where('conversations.id', '=', p.conversationId)
        .as('opened_at'),
    )
    .where('conversation_id', '=', p.conversationId)
    .where('seq', 'in', p.seqs),
);

/** What a model is told before all else, of every branch. */
export const listSystem = defineQuery(
  'path.listSystem',
  (db, p: { conversationId: string; afterSeq: number; seq: number; limit: number }) =>
    db
      .selectFrom('conversation_messages')
      .select(messageColumns)
      .select('token_count')
      .where('conversation_id', '=', p.conversationId)
      .where('role', 'not in', NOT_OF_THE_SYSTEM)
      .where('seq', '>', p.afterSeq)
      .where('seq', '<=', p.seq)
      .orderBy('seq')
      .limit(p.limit),
);

/** The numbers of the messages that follow one of these and aren't the ones numbered after them. */
export const listBranchesBelow = defineQuery(
  'path.listBranchesBelow',
  (db, p: { conversationId: string; parentSeqs: readonly number[] }) =>
    db
      .selectFrom('conversation_branches')
      .select(['seq', 'parent_seq'])
      .where('conversation_id', '=', p.conversationId)
      .where('parent_seq', 'in', p.parentSeqs),
);

/** Which of these numbers begin a run. */
export const listBeginnings = defineQuery(
  'path.listBeginnings',
  (db, p: { conversationId: string; seqs: readonly number[] }) =>
    db
      .selectFrom('conversation_branches')
      .select('seq')
      .where('conversation_id', '=', p.conversationId)
      .where('seq', 'in', p.seqs),
);

/** The first run that begins after a number. */
export const findNextBeginning = defineQuery(
  'path.findNextBeginning',
  (db, p: { conversationId: string; seq: number }) =>
    db
      .selectFrom('conversation_branches')
      .select('seq')
      .where('conversation_id', '=', p.conversationId)
      .where('seq', '>', p.seq)
      .orderBy('seq')
      .limit(1),
);

/** Runs that leave a run between two of its numbers. */
export const listBranchesBetween = defineQuery(
  'path.listBranchesBetween',
  (db, p: { conversationId: string; first: number; last: number }) =>
    db
      .selectFrom('conversation_branches')
      .select('seq')
      .where('conversation_id', '=', p.conversationId)
      .where('parent_seq', '>=', p.first)
      .where('parent_seq', '<=', p.last),
);

/** Locks the conversation until the transaction ends: nothing is appended to it meanwhile. */
export const findForUpdate = defineQuery('path.findForUpdate', (db, p: { conversationId: string }) =>
  db
    .selectFrom('conversations')
    .select('is_cold')
    .where('id', '=', p.conversationId)
    .where('status', '<>', 'DELETED')
    .forUpdate(),
);
