import process from 'node:process';
import { Conversations, conversationSources } from '@keelson/conversations';
import {
  type Database,
  type DatabaseEvent,
  defineQuery,
  defineSystemQuery,
  optimizeDatabase,
  Search,
} from '@keelson/db-core';
import { idOf } from '../../isolation/rows.ts';
import type { Figures, MechanismStage } from './contract.ts';

const MANY_USERS = 1000;
const ENTRIES_EACH = 1000;
const LARGE_ENTRIES = 200_000;
const SEARCHES = 400;
const LARGE_SEARCHES = 40;
/** Texts that differ; the other users have the same as one of these. */
const TEMPLATES = 10;
const CHUNK = 1000;
/** Messages of a conversation; its user and an assistant take turns. */
const CONVERSATION = 200;
/** Words of a text, and how many there are to choose from. */
const WORDS = 40;
const VOCABULARY = 20_000;

const insertConversation = defineQuery('bench.insertConversation', (db, p: { id: string; at: Date }) =>
  db.insertInto('conversations').values({ id: p.id, next_seq: 10_000_000, created_at: p.at, updated_at: p.at }),
);

const insertMessage = defineQuery(
  'bench.insertMessage',
  (db, p: { id: string; conversationId: string; seq: number; role: 'user' | 'assistant'; content: string; at: Date }) =>
    db.insertInto('conversation_messages').values({
      id: p.id,
      conversation_id: p.conversationId,
      seq: p.seq,
      role: p.role,
      content: p.content,
      created_at: p.at,
    }),
);

/** The same numbers wherever it runs. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Words as often as in a natural language: the n-th one is there 1/n times as often as the first. */
function zipf(random: () => number): () => string {
  const total = Math.log(VOCABULARY + 1);
  return () => `w${Math.floor(Math.exp(random() * total) - 1).toString(36)}`;
}

interface Seeding {
  readonly entries: number;
  readonly seed: number;
  /** Put into every text. */
  readonly common: readonly string[];
}

/** The same for every user. */
function conversationOf(message: number): string {
  return idOf('conversation', Math.floor(message / CONVERSATION));
}

/** Texts of one user, indexed as any other: through marks, in chunks. */
async function seedUser(
  database: Database,
  search: Search,
  userId: string,
  { entries, seed, common }: Seeding,
): Promise<void> {
  const user = database.forUser(userId);
  const random = randomNumbers(seed);
  const word = zipf(random);
  await user.runMany(
    insertConversation,
    Array.from({ length: Math.ceil(entries / CONVERSATION) }, (_, number) => ({
      id: conversationOf(number * CONVERSATION),
      at: new Date(Date.UTC(2026, 0, 1)),
    })),
  );
  for (let start = 0; start < entries; start += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, entries - start) }, (_, index) => {
      const seq = start + index + 1;
      const conversationId = conversationOf(start + index);
      const role = seq % 2 === 1 ? ('user' as const) : ('assistant' as const);
      const words = Array.from({ length: Math.ceil(2 * WORDS * random()) }, word);
      const content = [...common, ...words].join(' ');
      return {
        id: idOf(userId, seq),
        conversationId,
        seq,
        role,
        content,
        at: new Date(Date.UTC(2026, 0, 1) + seq * 1000),
      };
    });
    await user.runMany(insertMessage, rows);
    await search.refresh(userId, { chunk: CHUNK });
  }
}

const COPIED = {
  conversations: ['id', 'next_seq', 'created_at', 'updated_at'],
  conversation_messages: ['id', 'conversation_id', 'seq', 'role', 'content', 'created_at'],
  search_indexes: ['id', 'next_number', 'block', 'block_entries', 'block_tokens', 'kinds', 'created_at', 'updated_at'],
  search_entries: [
    'id',
    'number',
    'block',
    'occurred_at',
    'length',
    'content_hash',
    'tokenizer',
    'terms',
    'updated_at',
  ],
  search_postings: ['id', 'postings', 'positions'],
} as const;

const copies = Object.entries(COPIED).map(([table, columns]) =>
  defineSystemQuery(`bench.copy.${table}`, (db, p: { from: string; to: string }) =>
    db
      .insertInto(table as 'conversations')
      .columns(['user_id', ...columns] as never)
      .expression((eb) =>
        eb
          .selectFrom(table as 'conversations')
          .select([eb.val(p.to).as('user_id'), ...(columns as unknown as readonly ['id'])])
          .where('user_id', '=', p.from),
      ),
  ),
);

const eraseMarks = defineSystemQuery('bench.eraseMarks', (db, p: { userId: string }) =>
  db.deleteFrom('search_marks').where('user_id', '=', p.userId),
);

/** Gives a user what another has, its index with it. */
async function copyUser(database: Database, from: string, to: string): Promise<void> {
  const system = database.system('copying users for a benchmark');
  await system.transaction(async () => {
    for (const copy of copies) await system.run(copy, { from, to });
    await system.run(eraseMarks, { userId: to });
  });
}

interface Timed {
  /** Milliseconds of each run, in ascending order. */
  readonly times: readonly number[];
  /** What each run took of this process's processor, which a busy machine changes little. */
  readonly cpuMs: number;
}

async function timesOf(count: number, run: () => Promise<unknown>): Promise<Timed> {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let number = 0; number < count; number += 1) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  const { user, system } = process.cpuUsage(before);
  return { times: times.sort((one, other) => one - other), cpuMs: (user + system) / 1000 / count };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

/** How long a search takes among a million entries of 1,000 users, and for one user with 200,000 entries. */
export async function searchFigures(stage: MechanismStage): Promise<Figures> {
  const counted = { rows: 0, statements: 0 };
  const onEvent = (event: DatabaseEvent): void => {
    if (event.type !== 'query') return;
    counted.rows += event.rows;
    counted.statements += 1;
  };
  const figures: Record<string, number> = {};
  const note = (name: string, { times, cpuMs }: Timed): void => {
    const searches = times.length;
    figures[`${stage.engine}.search.${name}.cpuMs`] = cpuMs;
    figures[`${stage.engine}.search.${name}.p50Ms`] = quantile(times, 0.5);
    figures[`${stage.engine}.search.${name}.p95Ms`] = quantile(times, 0.95);
    figures[`${stage.engine}.search.${name}.rowsRead`] = counted.rows / searches;
    figures[`${stage.engine}.search.${name}.statements`] = counted.statements / searches;
  };
  const database = await stage.open({ onEvent });
  const search = new Search(database, conversationSources);
  const users = Math.max(2, Math.round(MANY_USERS * stage.scale));
  const templates = Math.min(TEMPLATES, users);
  const started = performance.now();
  for (let number = 0; number < templates; number += 1)
    await seedUser(database, search, `user ${number}`, { entries: ENTRIES_EACH, seed: number, common: [] });
  const seconds = (performance.now() - started) / 1000;
  figures[`${stage.engine}.search.indexing.entriesPerSecond`] = (templates * ENTRIES_EACH) / seconds;
  for (let number = templates; number < users; number += 1) {
    await copyUser(database, `user ${number % templates}`, `user ${number}`);
    if (number % 100 === 99) stage.log(`${(number + 1) * ENTRIES_EACH} entries`);
  }

  // The nightly upkeep, and what a server's autovacuum does within minutes; the benchmark's server has none.
  await optimizeDatabase(database);
  const random = randomNumbers(4711);
  const word = zipf(random);
  const ask = (): Promise<unknown> =>
    search.search(`user ${Math.floor(random() * users)}`, { query: `${word()} ${word()}` });
  await timesOf(SEARCHES / 4, ask);
  Object.assign(counted, { rows: 0, statements: 0 });
  note('manyUsers', await timesOf(SEARCHES, ask));
  const askOne = (): Promise<unknown> =>
    new Conversations(database, `user ${Math.floor(random() * users)}`, { search }).search({
      query: `${word()} ${word()}`,
      role: 'user',
      conversationId: conversationOf(Math.floor(random() * ENTRIES_EACH)),
    });
  await timesOf(SEARCHES / 4, askOne);
  Object.assign(counted, { rows: 0, statements: 0 });
  note('conversationsOfMany', await timesOf(SEARCHES, askOne));

  const entries = Math.max(1000, Math.round(LARGE_ENTRIES * stage.scale));
  stage.log(`${entries} entries of one user are indexed`);
  await seedUser(database, search, 'large', { entries, seed: 1, common: ['common', 'frequent'] });
  await optimizeDatabase(database);
  const askLarge = (): Promise<unknown> => search.search('large', { query: 'common frequent' });
  await timesOf(LARGE_SEARCHES / 4, askLarge);
  Object.assign(counted, { rows: 0, statements: 0 });
  note('largeUser', await timesOf(LARGE_SEARCHES, askLarge));
  const large = new Conversations(database, 'large', { search });
  for (const [name, filter] of Object.entries({
    roleOfLarge: () => ({ role: 'user' as const }),
    conversationOfLarge: () => ({ conversationId: conversationOf(Math.floor(random() * entries)) }),
    timeOfLarge: () => ({ from: new Date(Date.UTC(2026, 0, 1) + (entries / 2) * 1000) }),
  })) {
    const askFiltered = (): Promise<unknown> => large.search({ query: 'common frequent', ...filter() });
    await timesOf(LARGE_SEARCHES / 4, askFiltered);
    Object.assign(counted, { rows: 0, statements: 0 });
    note(name, await timesOf(LARGE_SEARCHES, askFiltered));
  }
  return figures;
}
