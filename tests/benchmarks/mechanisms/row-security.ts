import { Conversations } from '@keelson/conversations';
import { type Database, defineQuery, newId, openDatabase } from '@keelson/db-core';
import type { Figures, MechanismStage } from './contract.ts';

const USER = 'ada';
const CONVERSATIONS = 2_000;
const MESSAGES = 200;
const ROUNDS = 15;
const READS = 400;
const APPENDS = 60;
const BULK = 5_000;

const findTitle = defineQuery('bench.findTitle', (db, p: { id: string }) =>
  db.selectFrom('conversations').select(['id', 'title', 'status', 'created_at']).where('id', '=', p.id),
);

const listMessages = defineQuery('bench.listMessages', (db, p: { conversationId: string; limit: number }) =>
  db
    .selectFrom('conversation_messages')
    .select(['id', 'seq', 'role', 'content', 'created_at'])
    .where('conversation_id', '=', p.conversationId)
    .orderBy('seq', 'desc')
    .limit(p.limit),
);

const insertConversation = defineQuery('bench.insertConversation', (db, p: { id: string; at: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: 'Chat', created_at: p.at, updated_at: p.at }),
);

/** One thing that is done with and without row security: `times` of it in a round. */
interface Work {
  readonly times: number;
  run(database: Database, times: number): Promise<void>;
}

/** What row security costs: the same work on one database without and with it, in turns. */
export async function rowSecurityFigures(stage: MechanismStage): Promise<Figures> {
  const url = await stage.url();
  await using without = openDatabase({ url, env: {} });
  await using within = openDatabase({ url, env: { DATABASE_ROW_SECURITY: 'true' } });
  const scaled = (count: number): number => Math.max(2, Math.ceil(count * stage.scale));
  const rounds = Math.max(1, Math.round(ROUNDS * stage.scale));
  stage.log('filling');
  const places = await fill(without, scaled(CONVERSATIONS), scaled(MESSAGES));
  const figures: Record<string, number> = {};
  for (const [name, work] of Object.entries(worksOn(places))) {
    stage.log(name);
    const [off, on] = await medians([without, within], work, { rounds, times: scaled(work.times) });
    const key = `postgres.row-security.${name}`;
    figures[`${key}.withoutUs`] = off;
    figures[`${key}.withUs`] = on;
    figures[`${key}.ratio`] = on / off;
  }
  return figures;
}

interface Places {
  readonly ids: readonly string[];
  readonly conversationId: string;
}

async function fill(database: Database, conversations: number, messages: number): Promise<Places> {
  const at = new Date();
  const ids = Array.from({ length: conversations }, () => newId());
  for (const user of [USER, 'eve', 'bob'])
    await database.forUser(user).runMany(
      insertConversation,
      ids.map((id) => ({ id, at })),
    );
  const conversationId = ids[0] ?? '';
  const chats = new Conversations(database, USER);
  for (let number = 0; number < messages; number += 1)
    await chats.saveUserMessage({ conversationId, content: `Message ${number}. `.repeat(20) });
  return { ids, conversationId };
}

function worksOn({ ids, conversationId }: Places): Readonly<Record<string, Work>> {
  return {
    pointRead: {
      times: READS,
      async run(database, times) {
        const user = database.forUser(USER);
        for (let time = 0; time < times; time += 1) await user.first(findTitle, { id: ids[time % ids.length] ?? '' });
      },
    },
    list50: {
      times: READS / 2,
      async run(database, times) {
        const user = database.forUser(USER);
        for (let time = 0; time < times; time += 1) await user.all(listMessages, { conversationId, limit: 50 });
      },
    },
    append: {
      times: APPENDS,
      async run(database, times) {
        const chats = new Conversations(database, USER);
        for (let time = 0; time < times; time += 1)
          await chats.saveUserMessage({
            conversationId,
            content: 'A message of ordinary length, as people write them.',
          });
      },
    },
    bulkRow: {
      times: BULK,
      async run(database, times) {
        const at = new Date();
        const rows = Array.from({ length: times }, () => ({ id: newId(), at }));
        await database.forUser('bulk').runMany(insertConversation, rows);
      },
    },
  };
}

/** Microseconds for one, of each database, in the middle one of the rounds. */
async function medians(
  databases: readonly [Database, Database],
  { run }: Work,
  { rounds, times }: { readonly rounds: number; readonly times: number },
): Promise<readonly [number, number]> {
  const taken: [number[], number[]] = [[], []];
  for (const database of databases) await run(database, times);
  for (let round = 0; round < rounds; round += 1) {
    // Whoever goes first may find things colder, or the machine busier: they take turns.
    for (const place of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const started = performance.now();
      await run(databases[place], times);
      taken[place].push(((performance.now() - started) * 1000) / times);
    }
  }
  return [medianOf(taken[0]), medianOf(taken[1])];
}

function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
