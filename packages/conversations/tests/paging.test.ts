import { type Database, newId, ValidationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { Conversations, type ConversationSummary, type Page } from '../src/index.ts';

/** Follows the cursors to the end; more pages than items would be a circle. */
async function walk<Item>(next: (cursor: string | null) => Promise<Page<Item>>, most: number): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages <= most; pages += 1) {
    const page: Page<Item> = await next(cursor);
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return items;
    expect(page.items.length).toBeGreaterThan(0);
  }
  throw new Error('The cursors go in a circle.');
}

describeEngines('pages', (context) => {
  let database: Database;
  beforeAll(async () => {
    database = await context.open();
  });

  it('of conversations skip nothing and repeat nothing, with equal times and with none', async () => {
    let run = 0;
    const time = fc.option(fc.integer({ min: 0, max: 4 }), { nil: null });
    const conversation = fc.record({
      at: time,
      status: fc.constantFrom('ACTIVE', 'ACTIVE', 'CLOSED', 'ARCHIVED'),
      hidden: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(conversation, { maxLength: 25 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (rows, limit, includeHidden) => {
          const owner = `${context.engine}-${(run += 1)}`;
          const user = database.forUser(owner);
          const expected: { id: string; at: number }[] = [];
          await user.transaction(async () => {
            for (const { at, status, hidden } of rows) {
              const id = newId();
              const times = {
                created_at: new Date(),
                updated_at: new Date(),
                last_message_at: at === null ? null : new Date(1_000 + at),
              };
              await user.run((db) =>
                db.insertInto('conversations').values({ id, status: status as 'ACTIVE', is_hidden: hidden, ...times }),
              );
              if (status !== 'ARCHIVED' && (includeHidden || !hidden)) expected.push({ id, at: at ?? -1 });
            }
          });
          expected.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
          const chats = new Conversations(database, owner);
          const walked = await walk(
            (cursor) => chats.listConversations({ limit, cursor, includeHidden }),
            rows.length + 1,
          );
          expect(walked.map(({ id }: ConversationSummary) => id)).toEqual(expected.map(({ id }) => id));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of messages skip nothing and repeat nothing, in both directions and while others write', async () => {
    const chats = new Conversations(database, `${context.engine}-messages`);
    const { id: conversationId } = await chats.createConversation();
    const save = (n: number) =>
      chats.saveUserMessage({ conversationId, content: `${n}`, metadata: { source: n % 3 === 0 ? 'three' : 'other' } });
    for (let n = 1; n <= 23; n += 1) await save(n);
    let written = 23;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.constantFrom('asc', 'desc'), async (limit, order) => {
        const before = written;
        let first = true;
        const walked = await walk(async (cursor) => {
          const page = await chats.getMessages({ conversationId, order, limit, cursor });
          if (first) await save((written += 1));
          first = false;
          return page;
        }, 100);
        const seqs = walked.map(({ seq }) => seq);
        const upTo = Array.from({ length: before }, (_, index) => index + 1);
        if (order === 'desc') expect(seqs).toEqual(upTo.reverse());
        else expect(seqs.slice(0, before)).toEqual(upTo);
        expect(new Set(seqs).size).toBe(seqs.length);
      }),
      { numRuns: 12 },
    );
  });

  it('of a source skip nothing and repeat nothing, within one conversation and across all', async () => {
    const owner = `${context.engine}-source`;
    const chats = new Conversations(database, owner);
    const user = database.forUser(owner);
    const [one, two] = [await chats.createConversation(), await chats.createConversation()];
    const expected: { id: string; at: number; in: string }[] = [];
    for (let n = 0; n < 20; n += 1) {
      const { id: conversationId } = n % 4 === 0 ? two : one;
      const [id, at] = [newId(), 1_000 + (n % 3)];
      const values = {
        id,
        conversation_id: conversationId,
        seq: n + 1,
        role: 'user' as const,
        content: `${n}`,
        source: 'web',
        created_at: new Date(at),
      };
      await user.run((db) => db.insertInto('conversation_messages').values(values));
      expected.push({ id, at, in: conversationId });
    }
    const everywhere = await walk((cursor) => chats.getBySource({ source: 'web', limit: 3, cursor }), 20);
    expect(everywhere.map(({ id }) => id)).toEqual(
      expected.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).map(({ id }) => id),
    );
    const inside = await walk(
      (cursor) => chats.getBySource({ source: 'web', conversationId: one.id, limit: 4, cursor }),
      20,
    );
    expect(inside.map(({ id }) => id)).toEqual(
      expected
        .filter((each) => each.in === one.id)
        .map(({ id }) => id)
        .reverse(),
    );
  });

  it('take no cursor but their own', async () => {
    const chats = new Conversations(database, `${context.engine}-cursors`);
    const { id: conversationId } = await chats.createConversation();
    for (const content of ['1', '2']) await chats.saveUserMessage({ conversationId, content });
    await chats.createConversation();
    const { nextCursor } = await chats.listConversations({ limit: 1 });
    expect(nextCursor).toEqual(expect.any(String));
    const wrong = [
      '',
      'x',
      'WyJ4Il0',
      Buffer.from('["conversations",null,"1"]').toString('base64url'),
      Buffer.from('["messages-asc","1"]').toString('base64url'),
    ];
    const upwards = (await chats.getMessages({ conversationId, limit: 1 })).nextCursor;
    for (const cursor of [...wrong.slice(1), upwards])
      await expect(chats.listConversations({ cursor })).rejects.toThrow(ValidationError);
    for (const cursor of [...wrong.slice(1), nextCursor])
      await expect(chats.getMessages({ conversationId, cursor })).rejects.toThrow(
        'cursor: is not a cursor of this list',
      );
    await expect(chats.getMessages({ conversationId, cursor: upwards, order: 'desc' })).rejects.toThrow(
      ValidationError,
    );
    await expect(chats.getBySource({ source: 'x', cursor: upwards })).rejects.toThrow(ValidationError);
  });

  it('take none of another conversation, where the same number is another message', async () => {
    const chats = new Conversations(database, `${context.engine}-others`);
    const [one, other] = [(await chats.createConversation()).id, (await chats.createConversation()).id];
    const ids: string[] = [];
    for (const conversationId of [one, other]) {
      const { id } = await chats.saveUserMessage({ conversationId, content: '1', metadata: { source: 'web' } });
      await chats.saveAssistantMessage({ conversationId, content: '2', metadata: { source: 'web' } });
      await chats.saveAssistantMessage({ conversationId, content: '2 again', parentId: id });
      ids.push((await chats.saveUserMessage({ conversationId, content: '3' })).parentId!);
    }
    type Read = (conversationId: string, cursor: string | null) => Promise<{ readonly nextCursor: string | null }>;
    const reads: readonly Read[] = [
      (conversationId, cursor) => chats.getMessages({ conversationId, cursor, limit: 1 }),
      (conversationId, cursor) => chats.getMessages({ conversationId, cursor, limit: 1, order: 'desc' }),
      (conversationId, cursor) => chats.getActivePath({ conversationId, cursor, limit: 1 }),
      (conversationId, cursor) => chats.getBySource({ source: 'web', conversationId, cursor, limit: 1 }),
      (conversationId, cursor) =>
        chats.getSiblings({ conversationId, messageId: ids[conversationId === one ? 0 : 1]!, cursor, limit: 1 }),
    ];
    for (const read of reads) {
      const { nextCursor } = await read(one, null);
      await read(one, nextCursor);
      await expect(read(other, nextCursor)).rejects.toThrow('cursor: is not a cursor of this list');
    }
  });
});
