import { Conversations, conversationSources } from '@keelson/conversations';
import { type Database, Search, ValidationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { found, saveTexts } from './support.ts';

describeEngines('search', (context) => {
  let database: Database;
  let search: Search;

  beforeEach(async () => {
    database = await context.open();
    search = new Search(database, conversationSources);
  });

  it('finds at once what was written, changed or deleted just now', async () => {
    const chats = new Conversations(database, 'ada');
    const { conversationId } = await saveTexts(database, 'ada', ['red apples', 'green pears']);
    expect(await found(search, 'ada', 'apple')).toEqual(['red apples']);
    const partial = { conversationId, requestId: 'r', content: 'a plum' };
    await chats.saveAssistantMessage({ ...partial, status: 'partial' });
    expect(await found(search, 'ada', 'plum')).toEqual(['a plum']);
    await chats.saveAssistantMessage({ ...partial, content: 'a plum and a cherry', status: 'complete' });
    expect(await found(search, 'ada', 'plum')).toEqual(['a plum and a cherry']);
    expect(await found(search, 'ada', 'cherry')).toEqual(['a plum and a cherry']);
    await chats.renameConversation(conversationId, 'Orchard');
    expect(await found(search, 'ada', 'notes')).toEqual([]);
    expect(await found(search, 'ada', 'orchard')).toEqual(['Orchard']);
    await chats.deleteConversation(conversationId);
    expect(await found(search, 'ada', 'cherry OR orchard')).toEqual([]);
    expect((await search.status('ada')).entries['conversation']).toBe(0);
  });

  it('finds what another process has indexed, also where it began anew', async () => {
    const other = new Search(database, conversationSources);
    const { conversationId } = await saveTexts(database, 'ada', ['red apples', 'green apples']);
    expect(await found(search, 'ada', 'apples')).toHaveLength(2);
    await new Conversations(database, 'ada').saveUserMessage({ conversationId, content: 'no more apples' });
    await other.refresh('ada');
    expect(await found(search, 'ada', 'apples')).toHaveLength(3);
    const before = await search.search('ada', { query: 'apples' });
    await other.erase('ada');
    await other.markAll('ada');
    await other.refresh('ada');
    const after = await search.search('ada', { query: 'apples' });
    expect(after.items.map(({ id, score }) => ({ id, score }))).toEqual(
      before.items.map(({ id, score }) => ({ id, score })),
    );
  });

  it('goes by kind and time, and page by page', async () => {
    const texts = Array.from({ length: 25 }, (_, number) => `apple ${'tree '.repeat(number % 5)}`);
    await saveTexts(database, 'ada', texts, 'apple');
    const first = await search.search('ada', { query: 'apple', kinds: ['conversation'] });
    expect(first.items).toHaveLength(1);
    expect(first.isCurrent).toBe(false);
    await search.refresh('ada');
    const all = await search.search('ada', { query: 'apple', limit: 100 });
    expect(all).toMatchObject({ nextCursor: null, isCurrent: true, isBounded: false, isOutdated: false });
    expect(all.items).toHaveLength(26);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await search.search('ada', { query: 'apple', limit: 4, cursor });
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(all.items.map(({ id }) => id));
    const middle = all.items[12]!.at;
    const since = await search.search('ada', { query: 'apple', since: middle, limit: 100 });
    const until = await search.search('ada', { query: 'apple', until: middle, limit: 100 });
    expect(since.items.every(({ at }) => at >= middle)).toBe(true);
    expect(since.items.length + until.items.length).toBe(26);
  });

  it('ranks what is rare, repeated and short before what is not, and the latest of equals first', async () => {
    await saveTexts(database, 'ada', [
      'apple and many other words that say nothing about it at all, one after the other',
      'apple apple pie',
      'apple pie',
      'pie',
      'pie',
    ]);
    const [best, second] = await found(search, 'ada', 'apple');
    expect([best, second]).toEqual(['apple apple pie', 'apple pie']);
    const { items } = await search.search('ada', { query: 'pie', kinds: ['message'] });
    const pies = items.slice(0, 2);
    expect(pies[0]!.score).toBe(pies[1]!.score);
    expect(pies[0]!.at.getTime()).toBeGreaterThanOrEqual(pies[1]!.at.getTime());
  });

  it('shows where a long text answers', async () => {
    const text = `${'lorem ipsum '.repeat(10_000)}the hidden needle lies here ${'dolor sit '.repeat(1000)}`;
    await saveTexts(database, 'ada', [text]);
    // So long a text is left to whoever keeps the index.
    expect(await search.search('ada', { query: 'needle' })).toMatchObject({ items: [], isCurrent: false });
    await search.refresh('ada');
    const { items } = await search.search('ada', { query: '"hidden needle"' });
    const [field] = items[0]!.highlights;
    expect(field!.ranges.map(({ start, end }) => text.slice(start, end))).toEqual(['hidden needle']);
    expect(field!.excerpt.text).toContain('the hidden needle lies here');
    expect(field!.excerpt.text.length).toBeLessThan(300);
  });

  it("writes nothing in the caller's transaction, unless it is asked to", async () => {
    await database.transaction('ada', async () => {
      await saveTexts(database, 'ada', ['red apples']);
      expect(await search.search('ada', { query: 'apples' })).toMatchObject({ items: [], isCurrent: false });
      await search.refresh('ada');
      expect(await found(search, 'ada', 'apples')).toEqual(['red apples']);
    });
    await expect(
      database.transaction('ada', async () => {
        await saveTexts(database, 'ada', ['green pears']);
        await search.refresh('ada');
        throw new Error('on second thoughts');
      }),
    ).rejects.toThrow('on second thoughts');
    expect(await found(search, 'ada', 'pears')).toEqual([]);
    expect(await found(search, 'ada', 'apples')).toEqual(['red apples']);
  });

  it("doesn't move a score by what others have, and never shows it", async () => {
    await saveTexts(database, 'ada', ['red apples', 'green apples and pears', 'plums']);
    const before = await search.search('ada', { query: 'apples OR pears' });
    await saveTexts(database, 'eve', [...Array.from({ length: 30 }, () => 'apples apples'), 'pears'], 'apples');
    await search.refresh('eve');
    expect(await search.search('ada', { query: 'apples OR pears' })).toEqual(before);
    expect((await search.search('bob', { query: 'apples' })).items).toEqual([]);
  });

  it('takes any query', async () => {
    await saveTexts(database, 'ada', ['red apples "quoted" 100% a_b \\ c++ 東京', 'NOT NEAR AND *']);
    await saveTexts(database, 'eve', ['red apples are of eve']);
    await search.refresh('eve');
    const before = await search.search('eve', { query: 'apples' });
    const pieces = fc.constantFrom(
      '"',
      '-',
      '*',
      'OR',
      ' ',
      'apples',
      '東',
      'c++',
      "'",
      '%',
      '_',
      '\\',
      ')',
      ':',
      '\u0000',
      '^',
    );
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 12 }).map((all) => all.join('')),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (query) => {
        const { items } = await search.search('ada', { query });
        expect(JSON.stringify(items)).not.toContain('eve');
      }),
      { numRuns: 60 },
    );
    expect(await search.search('eve', { query: 'apples' })).toEqual(before);
  });

  it.each([
    [{ query: 'x'.repeat(1001) }, 'query'],
    [{ query: 'x', kinds: ['invoice'] }, 'kinds'],
    [{ query: 'x', limit: 0 }, 'limit'],
    [{ query: 'x', cursor: 'nonsense' }, 'cursor'],
  ])('refuses %j', async (input, path) => {
    await expect(search.search('ada', input)).rejects.toThrow(ValidationError);
    await expect(search.search('ada', input)).rejects.toThrow(path);
  });
});
