import { Audit, type By, type Database, SYSTEM_OWNER, type UserHandle } from '@keelson/db-core';
import { unpack } from '../cold/pack.ts';
import type { GetStatistics } from '../inputs.ts';
import * as cold from '../repositories/cold.repository.ts';
import * as queries from '../repositories/statistics.repository.ts';
import { parse } from '../schemas/parse.ts';
import { statisticsSchema, type ValidStatistics } from '../schemas/statistics.schema.ts';
import type { OverallStatistics, Statistics, UserFigures } from '../types.ts';
import { daysBetween } from './days.ts';
import { Tally } from './tally.ts';

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
    all.rewind();
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

async function add(tally: Tally, user: UserHandle, span: { readonly from: Date; readonly to: Date }): Promise<void> {
  for await (const row of user.stream(queries.listFigures, span)) tally.add(row);
  // What is in cold storage counts as it did before.
  for (const { id } of await user.all(cold.listPartIds, span)) {
    const part = await user.first(cold.findPart, { id });
    if (part === undefined) continue;
    tally.rewind();
    const rows = (await unpack(part)).filter(({ created_at: at }) => at >= span.from && at < span.to);
    rows.sort((a, b) => a.created_at.getTime() - b.created_at.getTime());
    for (const row of rows) tally.add(row);
  }
}
