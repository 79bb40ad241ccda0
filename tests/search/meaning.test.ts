import { Conversations, conversationSources } from '@keelson/conversations';
import {
  type Database,
  type Embedder,
  EmbedderAnswerError,
  EmbedderUnavailableError,
  hashedEmbedder,
  Search,
  TextEmbeddings,
  Vectors,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { saveTexts } from './support.ts';

const MEANINGS = [
  ['car', 'automobile', 'vehicle'],
  ['doctor', 'physician', 'medic'],
  ['happy', 'glad', 'cheerful'],
  ['money', 'refund', 'cash'],
];

/** Knows what a few words mean, and counts what it is asked. */
function thesaurus(model = 'thesaurus') {
  const asked: string[] = [];
  let failure: Error | undefined;
  const embedder: Embedder = {
    model,
    dimensions: MEANINGS.length + 1,
    embed: async (texts) => {
      asked.push(...texts);
      if (failure !== undefined) throw failure;
      if (texts.some((text) => text.includes('unspeakable')))
        throw new EmbedderAnswerError('It has no words for that.');
      return texts.map((text) =>
        Float32Array.from([
          ...MEANINGS.map((words) => words.filter((word) => text.toLowerCase().includes(word)).length),
          0.1 + (text.length % 10) / 100,
        ]),
      );
    },
  };
  return { embedder, asked, failWith: (error: Error | undefined): void => void (failure = error) };
}

function open(database: Database, embedder: Embedder) {
  const vectors = new Vectors(database, embedder);
  const search = new Search(database, conversationSources, { vectors });
  return { vectors, search, embeddings: new TextEmbeddings(vectors, conversationSources) };
}

describeEngines('search by meaning', (context) => {
  it('finds other words for the same, beside those that are there, and pages fit together', async () => {
    const database = await context.open();
    const { search, embeddings } = open(database, thesaurus().embedder);
    const texts = ['an automobile for sale', 'the physician is in', 'a car park', ...Array(30).fill('nothing to see')];
    await saveTexts(database, 'ada', texts, 'odds and ends');
    await saveTexts(database, 'eve', ['the automobile of eve']);
    for (const user of ['ada', 'eve']) {
      await search.refresh(user);
      await embeddings.embed(user);
    }
    const titles = async (input: Parameters<typeof search.search>[1]) =>
      (await search.search('ada', { kinds: ['message'], ...input })).items.map(({ highlights }) => highlights[0]!);
    const semantic = await titles({ query: 'vehicle', mode: 'semantic', limit: 2 });
    expect(semantic.map(({ excerpt }) => excerpt.text).toSorted()).toEqual(['a car park', 'an automobile for sale']);
    expect(semantic[0]!.ranges).toEqual([]);
    const hybrid = await titles({ query: 'vehicle park', mode: 'hybrid', limit: 2 });
    expect(hybrid.map(({ excerpt }) => excerpt.text)).toEqual(['a car park', 'an automobile for sale']);
    expect(hybrid[0]!.ranges).toEqual([{ start: 6, end: 10 }]);
    expect(await titles({ query: 'vehicle', mode: 'text' })).toEqual([]);
    expect(await titles({ query: 'vehicle', match: 'all' })).toEqual([]);
    expect(await titles({ query: 'vehicle park', limit: 2 })).toEqual(hybrid);
    // What is in quotes must be there; what is excluded must not.
    expect(await titles({ query: 'vehicle "sale"', mode: 'semantic' })).toHaveLength(1);
    expect((await titles({ query: 'vehicle -park', mode: 'hybrid', limit: 1 }))[0]!.excerpt.text).toContain(
      'automobile',
    );
    expect(await titles({ query: '-park', mode: 'hybrid' })).toEqual([]);
    for (const mode of ['semantic', 'hybrid'] as const) {
      const all = await search.search('ada', { query: 'vehicle nothing', mode, limit: 100 });
      const paged: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await search.search('ada', { query: 'vehicle nothing', mode, limit: 7, cursor });
        paged.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(paged).toEqual(all.items.map(({ id }) => id));
      expect(new Set(paged).size).toBe(34);
    }
  });

  it('goes by role, conversation and time, however many others are nearer', async () => {
    const database = await context.open();
    const { search, embeddings } = open(database, thesaurus().embedder);
    const chats = new Conversations(database, 'ada', { search });
    await saveTexts(database, 'ada', Array(120).fill('a car, an automobile, a vehicle'), 'cars');
    const { id: conversationId } = await chats.createConversation();
    const early = await chats.saveAssistantMessage({ conversationId, content: 'a happy car' });
    await chats.saveUserMessage({ conversationId, content: 'nothing of the kind' });
    await search.refresh('ada');
    await embeddings.embed('ada');
    const found = async (input: object) =>
      (await chats.search({ query: 'vehicle', mode: 'semantic', ...input })).items.map((hit) =>
        hit.type === 'message' ? hit.seq : 0,
      );
    expect(await found({ conversationId })).toEqual([1, 2]);
    expect(await found({ role: 'assistant' })).toEqual([1]);
    expect(await found({ from: early.createdAt, role: 'assistant' })).toEqual([1]);
    expect(await found({ to: new Date(0) })).toEqual([]);
    expect(await found({ limit: 100 })).toHaveLength(100);
    expect((await chats.search({ query: 'vehicle', mode: 'semantic', limit: 100 })).nextCursor).toBeNull();
    await chats.archiveConversation(conversationId);
    expect(await found({ role: 'assistant' })).toEqual([]);
    expect(await found({ role: 'assistant', includeArchived: true, mode: 'hybrid' })).toEqual([1]);
  });

  it('embeds each text once, and again what changed or what another model made', async () => {
    const database = await context.open();
    const { embedder, asked } = thesaurus();
    const { search, embeddings, vectors } = open(database, embedder);
    const { conversationId } = await saveTexts(
      database,
      'ada',
      ['a car', `${'A glad doctor. '.repeat(100)}Money.`],
      'happy',
    );
    await search.refresh('ada');
    expect(await embeddings.status('ada')).toMatchObject({ model: 'thesaurus', current: 0, pending: 3 });
    expect(await embeddings.embed('ada')).toBe(3);
    // The long one in parts.
    expect(asked.length).toBeGreaterThan(4);
    asked.length = 0;
    expect(await embeddings.embed('ada')).toBe(0);
    expect(await embeddings.markMissing('ada')).toBe(0);
    await search.erase('ada');
    await search.markAll('ada');
    await search.refresh('ada');
    expect(await embeddings.embed('ada')).toBe(3);
    expect(asked).toEqual([]);
    await new Conversations(database, 'ada').renameConversation(conversationId, 'cheerful');
    await search.refresh('ada');
    expect(await embeddings.embed('ada')).toBe(1);
    expect(asked).toEqual(['cheerful']);

    const other = open(database, hashedEmbedder());
    expect((await other.search.search('ada', { query: 'car', mode: 'semantic' })).items).toEqual([]);
    expect(await other.embeddings.markMissing('ada')).toBe(3);
    await other.embeddings.embed('ada');
    expect(await other.embeddings.status('ada')).toMatchObject({ stale: 0, pending: 0 });
    expect((await vectors.status('ada')).current).toBe(0);
    expect((await other.search.search('ada', { query: 'cars', mode: 'semantic', limit: 1 })).items).toHaveLength(1);
  });

  it('goes on after a failure, past a text that the model refuses, and in the background', async () => {
    const database = await context.open();
    const { embedder, asked, failWith } = thesaurus();
    const { search, embeddings, vectors } = open(database, embedder);
    await saveTexts(database, 'ada', ['a car', 'an unspeakable thing', 'money'], 'notes');
    await search.refresh('ada');
    failWith(new EmbedderUnavailableError('It is down.'));
    await expect(embeddings.embed('ada')).rejects.toThrow('It is down.');
    expect((await embeddings.status('ada')).pending).toBe(4);
    // Whoever didn't ask for meaning gets what there is by words.
    expect(await search.search('ada', { query: 'car' })).toMatchObject({ mode: 'text', items: [{ kind: 'message' }] });
    await expect(search.search('ada', { query: 'car', mode: 'hybrid' })).rejects.toThrow('It is down.');
    failWith(undefined);
    expect((await search.search('ada', { query: 'car' })).mode).toBe('hybrid');
    await expect(embeddings.embed('ada')).rejects.toThrow('It has no words for that.');
    expect(await embeddings.status('ada')).toMatchObject({ current: 3, pending: 1 });
    asked.length = 0;
    const stop = new AbortController();
    const troubles: unknown[] = [];
    const keeping = embeddings.keepEmbedded({
      signal: stop.signal,
      pollMs: 5,
      onTrouble: (error) => troubles.push(error),
    });
    await expect.poll(() => troubles, { timeout: 20_000 }).toEqual([expect.any(EmbedderAnswerError)]);
    stop.abort();
    await keeping;
    expect(asked.every((text) => text.includes('unspeakable'))).toBe(true);
    await saveTexts(database, 'bob', ['a happy medic']);
    await search.refresh('bob');
    const again = new AbortController();
    const keepingOn = embeddings.keepEmbedded({ signal: again.signal, pollMs: 5 });
    await expect.poll(async () => (await vectors.status('bob')).current, { timeout: 20_000 }).toBe(2);
    again.abort();
    await keepingOn;
  });

  it('has no vectors left of what is erased, also of what was being embedded', async () => {
    const database = await context.open();
    const { embedder } = thesaurus();
    const { search, embeddings, vectors } = open(database, embedder);
    const chats = new Conversations(database, 'ada', { search });
    const { conversationId } = await saveTexts(database, 'ada', ['a car', 'money'], 'happy');
    await search.refresh('ada');
    let erased = false;
    const racing = new TextEmbeddings(
      new Vectors(database, {
        ...embedder,
        embed: async (texts) => {
          // It is gone before the vectors of its texts are there.
          if (!erased) await chats.eraseConversation(conversationId);
          erased = true;
          return embedder.embed(texts);
        },
      }),
      conversationSources,
    );
    await racing.embed('ada');
    expect(await vectors.status('ada')).toEqual({ model: 'thesaurus', current: 0, stale: 0 });
    const second = await saveTexts(database, 'ada', ['a vehicle'], 'glad');
    await search.refresh('ada');
    await embeddings.embed('ada');
    expect((await vectors.status('ada')).current).toBe(2);
    await chats.eraseConversation(second.conversationId);
    await embeddings.embed('ada');
    expect(await embeddings.status('ada')).toEqual({ model: 'thesaurus', current: 0, stale: 0, pending: 0 });
  });
});
