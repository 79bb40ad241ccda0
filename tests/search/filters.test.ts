import { conversationSources } from '@keelson/conversations';
import { type Database, defineQuery, Search } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { idOf } from '../isolation/rows.ts';

const ROLES = ['user', 'assistant', 'tool'] as const;
const CONVERSATIONS = 12;
/** More than a block of the index has. */
const MESSAGES = 1300;
const WORDS = ['apple', 'pear', 'plum', 'cherry', 'quince'];

const insertConversation = defineQuery('filters.insertConversation', (db, p: { id: string; title: string; at: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: p.at, updated_at: p.at }),
);

interface Row {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly role: (typeof ROLES)[number];
  readonly content: string;
  readonly at: Date;
}

const insertMessage = defineQuery('filters.insertMessage', (db, p: Row) =>
  db.insertInto('conversation_messages').values({
    id: p.id,
    conversation_id: p.conversationId,
    seq: p.seq,
    role: p.role,
    content: p.content,
    created_at: p.at,
  }),
);

const at = (number: number): Date => new Date(Date.UTC(2026, 0, 1) + Math.floor(number / 3) * 60_000);

/** The same rows wherever it is done; the first and the last conversations are large, others small. */
const rows: readonly Row[] = Array.from({ length: MESSAGES }, (_, number) => ({
  id: idOf('filters', number),
  conversationId: idOf('filtered', Math.floor((number * number) / 7) % CONVERSATIONS),
  seq: number + 1,
  role: ROLES[(number * 5 + (number % 7)) % ROLES.length] ?? 'user',
  content: Array.from({ length: 1 + (number % 6) }, (__, place) => WORDS[(number * (place + 3)) % WORDS.length]).join(
    ' ',
  ),
  at: at(number),
}));

async function fill(database: Database, userId: string): Promise<void> {
  const user = database.forUser(userId);
  for (let number = 0; number < CONVERSATIONS; number += 1)
    await user.run(insertConversation, { id: idOf('filtered', number), title: `apple ${number}`, at: at(number) });
  await user.runMany(insertMessage, rows);
}

const filters = fc.record({
  query: fc.constantFrom('apple', 'plum pear', 'qui*', '"pear plum"', 'cherry -apple', 'apple OR quince'),
  role: fc.option(fc.subarray([...ROLES], { minLength: 1 }), { nil: undefined }),
  conversation: fc.option(fc.integer({ min: 0, max: CONVERSATIONS }), { nil: undefined }),
  since: fc.option(fc.integer({ min: 0, max: MESSAGES }), { nil: undefined }),
  until: fc.option(fc.integer({ min: 0, max: MESSAGES }), { nil: undefined }),
  limit: fc.integer({ min: 1, max: 40 }),
});

describeEngines('filters', (context) => {
  it('let through what they name, all of it, with the scores and in the order that there would be without them', async () => {
    const database = await context.open();
    const search = new Search(database, conversationSources);
    await fill(database, 'ada');
    await search.refresh('ada', { chunk: 10_000 });
    const everything = new Map<string, { id: string; score: number }[]>();
    const pagesOf = async (query: string, filtered: object, limit: number) => {
      const found: { id: string; score: number }[] = [];
      let cursor: string | null = null;
      do {
        const page = await search.search('ada', { query, kinds: ['message'], ...filtered, limit, cursor });
        found.push(...page.items.map(({ id, score }) => ({ id, score })));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return found;
    };
    const byId = new Map(rows.map((row) => [row.id, row]));
    await fc.assert(
      fc.asyncProperty(filters, async ({ query, role, conversation, since, until, limit }) => {
        const all = everything.get(query) ?? (await pagesOf(query, {}, 100));
        everything.set(query, all);
        const expected = all.filter(({ id }) => {
          const row = byId.get(id)!;
          return (
            (role === undefined || role.some((each) => each === row.role)) &&
            (conversation === undefined || row.conversationId === idOf('filtered', conversation)) &&
            (since === undefined || row.at >= at(since)) &&
            (until === undefined || row.at < at(until))
          );
        });
        const filtered = {
          filters: {
            ...(role === undefined ? {} : { role }),
            ...(conversation === undefined ? {} : { conversation: [idOf('filtered', conversation)] }),
          },
          ...(since === undefined ? {} : { since: at(since) }),
          ...(until === undefined ? {} : { until: at(until) }),
        };
        // Pages of a few fit together as large ones do.
        expect(await pagesOf(query, filtered, Math.max(limit, Math.ceil(expected.length / 4), 1))).toEqual(expected);
      }),
      { numRuns: 15, seed: 11 },
    );
    const title = { query: 'apple', kinds: ['conversation'], filters: { conversation: [idOf('filtered', 3)] } };
    expect((await search.search('ada', title)).items.map(({ id }) => id)).toEqual([idOf('filtered', 3)]);
  });

  it('are no words: nobody finds them by typing, and they find nothing alone', async () => {
    const database = await context.open();
    const search = new Search(database, conversationSources);
    const user = database.forUser('ada');
    await user.run(insertConversation, { id: idOf('filtered', 0), title: 'apple', at: at(0) });
    await user.runMany(insertMessage, [{ ...rows[0]!, conversationId: idOf('filtered', 0) }]);
    const role = rows[0]!.role;
    for (const query of [
      `=role:${role}`,
      '=role*',
      '=*',
      'role',
      role,
      'conversation*',
      `"=role:${role}"`,
      '',
      '-pear',
    ])
      expect((await search.search('ada', { query, filters: { role: [role] } })).items, query).toEqual([]);
    await expect(search.search('ada', { query: 'x', filters: { colour: ['red'] } })).rejects.toThrow(
      'filters.colour is not known; there are conversation, role, status',
    );
    expect((await search.search('ada', { query: 'apple', filters: { role: ["it's = nobody's"] } })).items).toEqual([]);
    expect((await search.search('ada', { query: 'apple', filters: { role: [] } })).items).toEqual([]);
  });
});
