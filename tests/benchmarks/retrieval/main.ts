/**
 * `pnpm bench:retrieval TREES`: how well searches find what answers a question. TREES are OpenAssistant's hundred
 * conversation trees, which are no part of this repository; the questions beside this file were written for them by hand, in
 * other words than the messages that answer them, and name those messages.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Conversations, conversationSources } from '@keelson/conversations';
import {
  type Database,
  type Embedder,
  fuseRanks,
  hashedEmbedder,
  openDatabase,
  Search,
  type SearchInput,
  TextEmbeddings,
  Vectors,
} from '@keelson/db-core';
import questions from './questions.json' with { type: 'json' };
import { bootstrap, type Interval, mean, recallAt10 } from './recall.ts';
import { sentenceEncoder } from './sentence-encoder.ts';

const USER = 'reader';
const WEIGHTS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];
const DEPTH = 100;
const USAGE = 2;

interface Rankings {
  readonly all: readonly string[];
  readonly any: readonly string[];
  readonly meaning: readonly string[];
}

async function main(): Promise<void> {
  const [trees] = process.argv.slice(2).filter((argument) => argument !== '--');
  if (trees === undefined) {
    console.error('Give the file with OpenAssistant trees: pnpm bench:retrieval openassistant-100-trees.jsonl');
    process.exitCode = USAGE;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'keelson-retrieval-'));
  const database = openDatabase({ url: `sqlite:///${join(folder, 'retrieval.db')}` });
  try {
    await database.initialize();
    const chats = new Conversations(database, USER);
    const { messages } = await chats.importConversations(trees);
    console.error(`${messages} messages, ${questions.length} questions`);
    const corpus = await corpusOf(chats);
    for (const embedder of [hashedEmbedder(), await sentenceEncoder()])
      report(await measure(database, embedder, corpus));
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Corpus {
  /** The ids that OpenAssistant gave the messages, by our own. */
  readonly ids: ReadonlyMap<string, string>;
  /** By OpenAssistant's ids. */
  readonly texts: ReadonlyMap<string, string>;
}

async function corpusOf(chats: Conversations): Promise<Corpus> {
  const ids = new Map<string, string>();
  const texts = new Map<string, string>();
  const { items } = await chats.listConversations({ limit: 500 });
  for (const { id: conversationId } of items) {
    const page = await chats.getMessages({ conversationId, limit: 500 });
    for (const { id, externalId, content } of page.items) {
      if (externalId === null) continue;
      ids.set(id, externalId);
      texts.set(externalId, content);
    }
  }
  return { ids, texts };
}

/** What somebody types who remembers a message's words: the three of them that the fewest messages have. */
function keywordsOf(texts: ReadonlyMap<string, string>): (id: string) => string {
  const wordsOf = (text: string): string[] => [...new Set(text.toLowerCase().match(/[a-z]{4,}/g))];
  const counts = new Map<string, number>();
  for (const text of texts.values()) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return (id) =>
    wordsOf(texts.get(id) ?? '')
      .toSorted((one, other) => (counts.get(one) ?? 0) - (counts.get(other) ?? 0) || (one < other ? -1 : 1))
      .slice(0, 3)
      .join(' ');
}

interface Measured {
  readonly model: string;
  readonly text: number;
  readonly anyWord: number;
  readonly semantic: number;
  readonly byWeight: readonly (readonly [weight: number, recall: number, difference: Interval])[];
  /** The weight is chosen on the other half of the questions. */
  readonly chosenElsewhere: Interval;
  /** How often a message is among the first ten whose own words were typed: by words, and by both, by weight. */
  readonly keywords: { readonly text: number; readonly byWeight: readonly (readonly [number, number])[] };
}

async function measure(database: Database, embedder: Embedder, { ids, texts }: Corpus): Promise<Measured> {
  const vectors = new Vectors(database, embedder);
  const search = new Search(database, conversationSources, { vectors });
  const embeddings = new TextEmbeddings(vectors, conversationSources);
  await search.refresh(USER);
  await embeddings.markMissing(USER);
  await embeddings.embed(USER, { onProgress: (done) => console.error(`${embedder.model}: ${done} rows`) });
  const rankings: Rankings[] = [];
  const ranked = async (query: string, how: Partial<SearchInput>): Promise<string[]> => {
    const { items } = await search.search(USER, { query, kinds: ['message'], limit: DEPTH, ...how });
    return items.map(({ id }) => ids.get(id) ?? id);
  };
  const rankingsOf = async (query: string): Promise<Rankings> => ({
    all: await ranked(query, { match: 'all' }),
    any: await ranked(query, { match: 'any', mode: 'text' }),
    meaning: await ranked(query, { mode: 'semantic' }),
  });
  for (const { question } of questions) rankings.push(await rankingsOf(question));
  const keywords = keywordsOf(texts);
  const typed = await inTurn(questions, async ({ evidence: [id = ''] }) => ({
    id,
    rankings: await rankingsOf(keywords(id)),
  }));
  const recalls = (of: (rankings: Rankings) => readonly string[]): number[] =>
    rankings.map((each, index) => recallAt10(of(each), questions[index]?.evidence ?? []));
  const anyWord = recalls(({ any }) => any);
  const hybrid = new Map(WEIGHTS.map((weight) => [weight, recalls((each) => fused(each, weight))]));
  const differences = (one: readonly number[]): number[] => one.map((value, index) => value - (anyWord[index] ?? 0));
  return {
    model: embedder.model,
    text: mean(recalls(({ all }) => all)),
    anyWord: mean(anyWord),
    semantic: mean(recalls(({ meaning }) => meaning)),
    byWeight: [...hybrid].map(([weight, values]) => [weight, mean(values), bootstrap(differences(values))]),
    chosenElsewhere: bootstrap(differences(crossValidated(hybrid))),
    keywords: {
      text: mean(typed.map(({ id, rankings: { all } }) => recallAt10(all, [id]))),
      byWeight: WEIGHTS.map((weight) => [
        weight,
        mean(typed.map(({ id, rankings: each }) => recallAt10(fused(each, weight), [id]))),
      ]),
    },
  };
}

async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function fused({ any, meaning }: Rankings, weight: number): string[] {
  const lists = [
    { weight: 1, ids: any },
    { weight, ids: meaning },
  ];
  return fuseRanks(lists, { limit: 10 }).map(({ id }) => id);
}

/** Even questions by the weight that is best for the odd ones, and the other way round. */
function crossValidated(hybrid: ReadonlyMap<number, readonly number[]>): number[] {
  const half = (values: readonly number[], rest: number): number[] => values.filter((_, index) => index % 2 === rest);
  const bestFor = [0, 1].map(
    (rest) => [...hybrid.values()].toSorted((one, other) => mean(half(other, rest)) - mean(half(one, rest)))[0] ?? [],
  );
  return (bestFor[0] ?? []).map((_, index) => bestFor[1 - (index % 2)]?.[index] ?? 0);
}

function report({ model, text, anyWord, semantic, byWeight, chosenElsewhere, keywords }: Measured): void {
  console.log(`\n${model}: recall@10 of ${questions.length} questions`);
  console.log(`  text, all words   ${text.toFixed(3)}`);
  console.log(`  text, any word    ${anyWord.toFixed(3)}`);
  console.log(`  semantic          ${semantic.toFixed(3)}`);
  for (const [weight, recall, difference] of byWeight)
    console.log(`  hybrid ${weight.toFixed(2).padStart(5)}      ${recall.toFixed(3)}  ${interval(difference)}`);
  console.log(`  hybrid, weight chosen on the other half: ${interval(chosenElsewhere)}`);
  const byKeywords = keywords.byWeight.map(([weight, recall]) => `${weight}: ${recall.toFixed(3)}`).join(', ');
  console.log(`  by a message's own words: text ${keywords.text.toFixed(3)}; hybrid ${byKeywords}`);
}

function interval({ mean: middle, low, high }: Interval): string {
  return `${middle.toFixed(3)} more than text by any word (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
}

await main();
