import { type Database, Search } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { conversationSources } from '@keelson/conversations';
import { CORPUS, FINDS } from './corpus.ts';
import { fillCorpus, type FilledCorpus } from './fill-corpus.ts';

describeEngines('a query in any language', (context) => {
  let corpus: FilledCorpus;
  let search: Search;

  beforeAll(async () => {
    const database = await context.open();
    search = new Search(database, conversationSources);
    corpus = await fillCorpus(database, 'ada');
    await search.refresh('ada');
  });

  it.each(FINDS)('%s finds what it should (%s)', async (query, language, texts) => {
    const { items, isCurrent } = await search.search('ada', { query, limit: 100 });
    expect(isCurrent).toBe(true);
    const own = items.map(({ id }) => corpus.nameOf(id)).filter((name) => name.startsWith(`${language} `));
    expect(own.sort()).toEqual(texts.map((number) => `${language} ${number}`));
  });

  it('is answered with ranges of the text as it was written', async () => {
    for (const [query, language, texts] of FINDS) {
      const { items } = await search.search('ada', { query, limit: 100 });
      for (const number of texts) {
        const hit = items.find(({ id }) => corpus.nameOf(id) === `${language} ${number}`);
        const [field] = hit?.highlights ?? [];
        const text = CORPUS[language]?.[number] ?? '';
        expect(field?.ranges.length, `${query} in ${text}`).toBeGreaterThan(0);
        for (const { start, end } of field?.ranges ?? []) expect(text.slice(start, end)).not.toMatch(/^\s|\s$|^$/u);
        expect(text).toContain(field?.excerpt.text);
        expect(text.slice(field?.excerpt.start, field?.excerpt.end)).toBe(field?.excerpt.text);
      }
    }
  });
});

describe('both engines', () => {
  const databases: Database[] = [];
  for (const engine of ['sqlite', 'postgres'] as const) {
    describeEngine(engine, 'a corpus', (context) => {
      beforeAll(async () => {
        databases.push(await context.open());
      });

      it(`gives what is compared (${engine})`, async () => {
        const database = databases.at(-1) as Database;
        const search = new Search(database, conversationSources);
        const corpus = await fillCorpus(database, 'ada');
        await search.refresh('ada');
        const queries = [...FINDS.map(([query]) => query), ...OTHERS];
        const answers: Record<string, unknown> = {};
        for (const query of queries) {
          const { items, ...rest } = await search.search('ada', { query, limit: 100 });
          answers[query] = { ...rest, items: items.map(({ id, ...item }) => ({ ...item, name: corpus.nameOf(id) })) };
        }
        compared.push(JSON.stringify(answers));
        expect(queries.length).toBeGreaterThan(60);
        if (compared.length === 2) expect(compared[0]).toBe(compared[1]);
      });
    });
  }
});

const compared: string[] = [];

/** Common words and letters, so that many texts are found and their order counts. */
const OTHERS = [
  'the',
  'a*',
  'e*',
  'и*',
  'の',
  '本',
  'the OR der OR le OR el',
  'the -harbour',
  'de',
  'c*',
  'เ*',
  '的',
  '"of the"',
];
