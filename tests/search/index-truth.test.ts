import { Conversations, conversationSources } from '@keelson/conversations';
import { type Database, defineQuery, newId, Search } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { found, saveTexts } from './support.ts';

/** The index as it lies in the tables, without what depends on the order in which it was made. */
async function stored(context: EngineContext, database: Database): Promise<string> {
  const raw = context.raw(database.config.target.url);
  const entries = await raw.query(
    'SELECT user_id, id, length, content_hash, tokenizer FROM search_entries ORDER BY user_id, id',
  );
  const words = await raw.query('SELECT user_id, id FROM search_postings');
  const terms = new Set(words.map((row) => `${String(row['user_id'])} ${String(row['id']).split(' ')[0]}`));
  const figures = await raw.query('SELECT user_id, kinds FROM search_indexes ORDER BY user_id');
  return JSON.stringify([entries, [...terms].sort(), figures.map(({ kinds }) => JSON.stringify(kinds).length)]);
}

const QUERIES = ['w1', 'w2 w3', '"w1 w2"', 'w*', 'w1 -w2', 'w4 OR w5', 'title'];

async function answers(search: Search, users: readonly string[]): Promise<unknown> {
  const all: unknown[] = [];
  for (const user of users) {
    for (const query of QUERIES) {
      const { items } = await search.search(user, { query, limit: 100 });
      all.push(items.map(({ id, score }) => [id, score]));
    }
  }
  return all;
}

describeEngines('the index', (context) => {
  it('is after any changes, by whoever and however many, what it would be if it were made now', async () => {
    const database = await context.open();
    const search = new Search(database, conversationSources);
    const users = ['ada', 'bob'];
    const stop = new AbortController();
    const troubles: unknown[] = [];
    const keep = (): Promise<void> =>
      search.keepIndexed({ signal: stop.signal, pollMs: 5, onTrouble: (error) => troubles.push(error) });
    const keeping = [keep(), keep()];
    const write = async (user: string, seed: number): Promise<void> => {
      const chats = new Conversations(database, user);
      const { id: conversationId } = await chats.createConversation({ title: `title ${seed}` });
      const { id: other } = await chats.createConversation({ title: `title w${seed}` });
      for (let number = 0; number < 40; number += 1) {
        const content = Array.from({ length: 6 }, (_, at) => `w${(seed * 7 + number * at + at) % 9}`).join(' ');
        const grows = { conversationId, requestId: `r${Math.floor(number / 4)}` };
        if (number % 4 < 3) await chats.saveUserMessage({ conversationId, content });
        else await chats.saveAssistantMessage({ ...grows, content, status: 'partial' });
        if (number % 4 === 3) {
          await chats.saveAssistantMessage({ ...grows, content: `${content} w1 w2`, status: 'complete' });
          await search.search(user, { query: 'w1' });
        }
        if (number % 10 === 0) await chats.renameConversation(other, number === 20 ? null : `title w${number}`);
      }
      await chats.deleteConversation(other);
    };
    await Promise.all([write('ada', 1), write('ada', 2), write('bob', 3)]);
    stop.abort();
    await Promise.all(keeping);
    expect(troubles).toEqual([]);
    for (const user of users) await search.refresh(user);
    const kept = [await stored(context, database), await answers(search, users)];
    for (const user of users) {
      expect((await search.status(user)).pending).toBe(0);
      await search.erase(user);
      await search.markAll(user);
      await search.refresh(user, { chunk: 10_000 });
    }
    expect([await stored(context, database), await answers(search, users)]).toEqual(kept);
  });

  it('learns of every write, also past the program, and of none that was rolled back', async () => {
    const database = await context.open();
    const search = new Search(database, conversationSources);
    const raw = context.raw(database.config.target.url);
    const { conversationId } = await saveTexts(database, 'ada', ['one apple'], 'two apples');
    expect(await found(search, 'ada', 'apple')).toHaveLength(2);
    await expect(
      database.transaction('ada', async () => {
        await saveTexts(database, 'ada', ['no apple'], 'nothing');
        throw new Error('on second thoughts');
      }),
    ).rejects.toThrow('on second thoughts');
    expect((await search.status('ada')).pending).toBe(0);
    await raw.query("UPDATE conversations SET title = 'three pears' WHERE id = $1", [conversationId]);
    expect(await found(search, 'ada', 'pear')).toEqual(['three pears']);
    // Counters aren't searched: an append marks its message, and not its conversation.
    await new Conversations(database, 'ada').saveUserMessage({ conversationId, content: 'a plum' });
    expect((await search.status('ada')).pending).toBe(1);
    const insert = defineQuery('test.insert', (db, p: { id: string; seq: number; content: string }) =>
      db.insertInto('conversation_messages').values({
        id: p.id,
        conversation_id: conversationId,
        seq: p.seq,
        role: 'user',
        content: p.content,
        created_at: new Date(),
      }),
    );
    const many = Array.from({ length: 300 }, (_, number) => ({ id: newId(), seq: 100 + number, content: 'cherry' }));
    await database.forUser('ada').runMany(insert, many);
    expect((await search.status('ada')).pending).toBe(301);
    await search.refresh('ada');
    expect((await search.status('ada')).entries).toEqual({ conversation: 1, message: 302 });
    if (context.engine === 'postgres') {
      await raw.query('ALTER TABLE conversation_messages DISABLE TRIGGER conversation_messages_refuse_delete');
    } else await raw.query('DROP TRIGGER conversation_messages_refuse_delete');
    await raw.query('DELETE FROM conversation_messages WHERE id = $1', [many[0]!.id]);
    expect((await search.search('ada', { query: 'cherry', limit: 1 })).isCurrent).toBe(true);
    expect((await search.status('ada')).entries).toEqual({ conversation: 1, message: 301 });
  });

  it('keeps a mark that came while the text was being indexed', async () => {
    const database = await context.open();
    const search = new Search(database, conversationSources);
    const chats = new Conversations(database, 'ada');
    const { conversationId } = await saveTexts(database, 'ada', [], 'first');
    let renamed = false;
    const racing = new Search(
      database,
      conversationSources.map((source) => ({
        ...source,
        read: async (user, ids) => {
          const rows = await source.read(user, ids);
          if (!renamed) {
            renamed = true;
            await chats.renameConversation(conversationId, 'second');
            // Another one indexes what came meanwhile: what was read here is older, and must not be written over it.
            await search.refresh('ada');
          }
          return rows;
        },
      })),
    );
    await racing.refresh('ada');
    expect(await found(search, 'ada', 'second')).toEqual(['second']);
    expect(await found(search, 'ada', 'first')).toEqual([]);
  });

  it('has nothing left of an owner who was erased', async () => {
    const database = await context.open();
    const search = new Search(database, conversationSources);
    await saveTexts(database, 'ada', ['a quixotic word'], 'zebras');
    await saveTexts(database, 'bob', ['another word']);
    await search.refresh('ada');
    await search.refresh('bob');
    await search.erase('ada');
    const raw = context.raw(database.config.target.url);
    for (const table of ['search_marks', 'search_entries', 'search_postings', 'search_indexes'])
      expect(await raw.query(`SELECT id FROM ${table} WHERE user_id = 'ada'`), table).toEqual([]);
    expect(await found(search, 'bob', 'another')).toEqual(['another word']);
  });

  it('says that it is out of date when weights or the tokeniser changed, and is brought up to date', async () => {
    const database = await context.open();
    await saveTexts(database, 'ada', ['an apple'], 'apples');
    await new Search(database, conversationSources).refresh('ada');
    const changed = new Search(
      database,
      conversationSources.map((source) => ({ ...source, version: 'new' })),
    );
    expect((await changed.search('ada', { query: 'apple' })).isOutdated).toBe(true);
    expect(await listed(changed.outdatedOwners())).toEqual(['ada']);
    expect(await changed.markAll('ada')).toBe(2);
    expect(await changed.markAll('ada')).toBe(0);
    await changed.refresh('ada');
    expect(await changed.search('ada', { query: 'apple' })).toMatchObject({ isOutdated: false, items: [{}, {}] });
    expect(await listed(changed.outdatedOwners())).toEqual([]);
  });

  it('takes in what was there before there was an index', async () => {
    const database = await context.open();
    await database.migrations.rollback({ to: '0004' });
    const raw = context.raw(database.config.target.url);
    const at = context.engine === 'sqlite' ? '0' : 'now()';
    await raw.query(
      `INSERT INTO conversations (user_id, id, title, created_at, updated_at) VALUES ('ada', $1, 'old apples', ${at}, ${at})`,
      [newId()],
    );
    await database.migrations.migrate();
    const search = new Search(database, conversationSources);
    expect(await found(search, 'ada', 'apple')).toEqual(['old apples']);
  });
});

async function listed(owners: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const owner of owners) all.push(owner);
  return all;
}
