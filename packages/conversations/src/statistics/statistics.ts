import { Audit, type By, type Database, SYSTEM_OWNER, type UserHandle } from '@keelson/db-core';
import { asOne, MessagesMoved } from '../cold/at-hand.ts';
import { unpack } from '../cold/pack.ts';
import type { GetStatistics } from '../inputs.ts';
import * as cold from '../repositories/cold.repository.ts';
import * as queries from '../repositories/statistics.repository.ts';
import { parse } from '../schemas/parse.ts';
import { statisticsSchema, type ValidStatistics } from '../schemas/statistics.schema.ts';
import type { OverallStatistics, Statistics, UserFigures } from '../types.ts';
import { daysBetween } from './days.ts';
import { type Counted, Tally } from './tally.ts';

interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Reads each message's figures, not its text, one after another: a long history is never held. */
export async function userStatistics(user: UserHandle, { from, to, timeZone }: ValidStatistics): Promise<Statistics> {
  const tally = new Tally(daysBetween(from, to, timeZone));
  await add(tally, user, { from, to });
  return { from, to, timeZone, totals: tally.totals, days: tally.days(), models: tally.models() };
}

/** Users that are named; the others are in the sums. */
const NAMED_USERS = 100;

/**
 * The same over everybody, and who the users are that wrote most: for those who look after the database. It is noted in
 * the audit of `keelson:system` before anything is read.
 *
 * @throws ValidationError
 * @example
 * ```ts
 * const { users, models } = await overallStatistics(database, { timeZone: 'Europe/Berlin' }, OPERATOR);
 * ```
 */
export async function overallStatistics(
  database: Database,
  input: GetStatistics,
  { userId: actor, requestId }: By,
): Promise<OverallStatistics> {
  const { from, to, timeZone } = parse(statisticsSchema, input);
  await new Audit(database).record(database.forUser(SYSTEM_OWNER, { actor }), {
    action: 'conversations.counted',
    entity: 'users',
    ...(requestId === undefined ? {} : { requestId }),
  });
  const system = database.system('conversations: statistics of everybody');
  const days = daysBetween(from, to, timeZone);
  const all = new Tally(days);
  const users: UserFigures[] = [];
  let after = '';
  for (;;) {
    const next = await system.first(queries.findNextOwner, { after });
    const userId = next?.user_id ?? null;
    if (userId === null) break;
    const before = all.totals;
    await add(all, database.forUser(userId), { from, to });
    const { messages, tokens } = all.totals;
    if (messages > before.messages)
      users.push({ userId, messages: messages - before.messages, tokens: tokens - before.tokens });
    after = userId;
  }
  users.sort((a, b) => b.messages - a.messages || (a.userId < b.userId ? -1 : 1));
  return {
    from,
    to,
    timeZone,
    totals: all.totals,
    days: all.days(),
    models: all.models(),
    users: users.slice(0, NAMED_USERS),
    usersLeftOut: Math.max(0, users.length - NAMED_USERS),
  };
}

/**
 * Adds what is at hand, and then, one after another, the conversations that were in cold storage at that moment. A message
 * is in one of the two, whatever moves meanwhile.
 */
async function add(tally: Tally, user: UserHandle, span: Span): Promise<void> {
  const cold = new Set<string>();
  for await (const row of user.stream(queries.listFigures, span)) {
    if (row.cold_id === null) tally.add(row);
    else cold.add(row.cold_id);
  }
  for (const conversationId of cold) {
    for (const row of await asOne(conversationId, () => figuresOf(user, conversationId, span))) tally.add(row);
  }
}

/** Of one conversation, wherever its messages are by now. To be called within `asOne`. */
async function figuresOf(user: UserHandle, conversationId: string, span: Span): Promise<readonly Counted[]> {
  const figures: Counted[] = [];
  for (const found of await user.all(queries.listFiguresOf, { conversationId, ...span })) {
    if (found.part_id === null) figures.push(found);
    else {
      const part = await user.first(cold.findPart, { id: found.part_id });
      if (part === undefined) throw new MessagesMoved();
      const rows = (await unpack(part)).filter(({ created_at: at }) => at >= span.from && at < span.to);
      figures.push(...rows.map(toFigures));
    }
  }
  return figures;
}

/** Without the text, so that a long conversation is never held. */
function toFigures({ created_at, role, model_name, tokens, latency_ms }: Counted): Counted {
  return { created_at, role, model_name, tokens, latency_ms };
}
