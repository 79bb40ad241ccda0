import { Audit, type Database, newId, OPERATOR, SYSTEM_OWNER, ValidationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations, overallStatistics } from '../src/index.ts';
import { daysBetween } from '../src/statistics/days.ts';

const hours = ({ from, to }: { from: Date; to: Date }) => (to.getTime() - from.getTime()) / 3_600_000;
const day = (date: string) => new Date(`${date}T12:00:00Z`);

it('days are those of the time zone, with 23 and 25 hours where clocks are changed', () => {
  const spring = daysBetween(day('2026-03-28'), day('2026-03-30'), 'Europe/Berlin');
  expect(spring.map((each) => [each.date, hours(each)])).toEqual([
    ['2026-03-28', 24],
    ['2026-03-29', 23],
    ['2026-03-30', 24],
  ]);
  expect(spring[0]!.from).toEqual(new Date('2026-03-27T23:00:00Z'));
  const [autumn] = daysBetween(day('2026-10-25'), new Date('2026-10-25T12:00:01Z'), 'Europe/Berlin');
  expect(hours(autumn!)).toBe(25);
  // Clocks go from midnight to one: the day begins at one.
  const [cairo] = daysBetween(day('2026-04-24'), new Date('2026-04-24T12:00:01Z'), 'Africa/Cairo');
  expect(hours(cairo!)).toBe(23);
  expect(daysBetween(day('2011-12-29'), day('2012-01-01'), 'Pacific/Apia').map(({ date }) => date)).not.toContain(
    '2011-12-30',
  );
  for (const zone of ['UTC', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'America/St_Johns']) {
    const year = daysBetween(new Date('2025-12-31T11:00:00Z'), new Date('2026-12-31T11:00:00Z'), zone);
    for (const [index, { from }] of year.entries()) if (index > 0) expect(from).toEqual(year[index - 1]!.to);
    expect(new Set(year.map(({ date }) => date)).size).toBe(year.length);
  }
});

interface Made {
  readonly at: string;
  readonly role?: 'user' | 'assistant';
  readonly model?: string;
  readonly tokens?: number;
  readonly latency?: number;
}

async function make(database: Database, userId: string, messages: readonly Made[]): Promise<string> {
  const { id } = await new Conversations(database, userId).createConversation();
  await database.forUser(userId).run((db) =>
    db.insertInto('conversation_messages').values(
      messages.map(({ at, role = 'assistant', model = null, tokens = null, latency = null }, index) => ({
        id: newId(),
        conversation_id: id,
        seq: index + 1,
        role,
        content: 'x',
        model_name: model,
        tokens,
        latency_ms: latency,
        created_at: new Date(at),
      })),
    ),
  );
  return id;
}

describeEngines('statistics', (context) => {
  const span = { from: new Date('2026-03-28T23:00:00Z'), to: new Date('2026-03-31T22:00:00Z') };
  const messages: Made[] = [
    { at: '2026-03-28T22:59:59.999Z', model: 'before' },
    { at: '2026-03-28T23:00:00Z', role: 'user' },
    { at: '2026-03-29T21:59:59Z', model: 'm', tokens: 10, latency: 100 },
    // In Berlin the next day, by then with summer time.
    { at: '2026-03-29T22:00:00Z', model: 'm', tokens: 20, latency: 300 },
    ...Array.from({ length: 18 }, (_, n) => ({ at: '2026-03-29T22:30:00Z', model: 'm', tokens: 30, latency: 301 + n })),
    { at: '2026-03-29T23:30:00Z', model: 'n', latency: 7 },
    { at: '2026-03-31T22:00:00Z', model: 'after' },
  ];

  it('tell messages of each day, empty days too, and what models took', async () => {
    const database = await context.open();
    const id = await make(database, 'ada', messages);
    await make(database, 'bob', [{ at: '2026-03-30T00:00:00Z', model: 'm', tokens: 1_000, latency: 9 }]);
    const chats = new Conversations(database, 'ada');
    const berlin = await chats.getStatistics({ ...span, timeZone: 'Europe/Berlin' });
    const none = { system: 0, user: 0, assistant: 0, tool: 0 };
    expect(berlin).toEqual({
      ...span,
      timeZone: 'Europe/Berlin',
      totals: { messages: 22, tokens: 570 },
      days: [
        { date: '2026-03-29', messages: 2, byRole: { ...none, user: 1, assistant: 1 } },
        { date: '2026-03-30', messages: 20, byRole: { ...none, assistant: 20 } },
        { date: '2026-03-31', messages: 0, byRole: none },
      ],
      models: [
        {
          modelName: 'm',
          messages: 20,
          tokens: { count: 20, sum: 570, mean: 28.5, p50: 30, p95: 30 },
          latencyMs: { count: 20, mean: 298.55, p50: 308, p95: 317 },
        },
        {
          modelName: 'n',
          messages: 1,
          tokens: { count: 0, sum: 0, mean: null, p50: null, p95: null },
          latencyMs: { count: 1, mean: 7, p50: 7, p95: 7 },
        },
      ],
    });
    const { days } = await chats.getStatistics(span);
    expect(days.map((each) => [each.date, each.messages])).toEqual([
      ['2026-03-28', 1],
      ['2026-03-29', 21],
      ['2026-03-30', 0],
      ['2026-03-31', 0],
    ]);
    // Until they are erased, deleted ones count: they were paid for.
    await chats.deleteConversation(id);
    expect((await chats.getStatistics(span)).totals.messages).toBe(22);
    for (const wrong of [
      { timeZone: 'Mars/Olympus' },
      { from: span.to, to: span.from },
      { from: new Date(0), to: span.to },
    ])
      await expect(chats.getStatistics(wrong)).rejects.toThrow(ValidationError);
  });

  it('of everybody are for operators, and noted', async () => {
    const database = await context.open();
    await make(database, 'ada', messages);
    await make(database, 'bob', [{ at: '2026-03-30T00:00:00Z', model: 'm', tokens: 1_000, latency: 9 }]);
    await make(database, 'eve', [{ at: '2025-03-30T00:00:00Z' }]);
    const all = await overallStatistics(database, span, OPERATOR);
    expect(all).toMatchObject({
      totals: { messages: 23, tokens: 1_570 },
      users: [
        { userId: 'ada', messages: 22, tokens: 570 },
        { userId: 'bob', messages: 1, tokens: 1_000 },
      ],
      usersLeftOut: 0,
    });
    expect(all.days.map((each) => each.messages)).toEqual([1, 21, 1, 0]);
    expect(all.models[0]).toMatchObject({ modelName: 'm', messages: 21, latencyMs: { count: 21, p50: 308 } });
    const { items } = await new Audit(database).list(SYSTEM_OWNER, { action: 'conversations.counted' });
    expect(items).toMatchObject([{ actorId: SYSTEM_OWNER, entity: 'users' }]);
  });
});
