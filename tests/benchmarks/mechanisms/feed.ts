import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, defineQuery, newId, openDatabase, type UserHandle } from '@keelson/db-core';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { randomNumbers, text } from '../content.ts';
import { costOf, percentile, scaled } from './compare.ts';
import type { Figures, MechanismStage, Target } from './contract.ts';
import { clock, OtherProcess } from './other-process.ts';

/** Of a write of a table with triggers, as a multiple of the same write without; and how late a consumer is told. */
export const feedTargets: Readonly<Record<string, Target>> = {
  'sqlite.feed.insertRatio': { atMost: 1.35 },
  'sqlite.feed.bulkRatio': { atMost: 1.3 },
  'sqlite.feed.lag.p99Ms': { below: 100 },
  'postgres.feed.insertRatio': { atMost: 1.35 },
  'postgres.feed.bulkRatio': { atMost: 1.4 },
  'postgres.feed.lag.p99Ms': { below: 100 },
};

interface NewMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly content: string;
  readonly now: Date;
}

const insertConversation = defineQuery('benchmark.insertConversation', (db, p: { id: string; now: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: 'a title', created_at: p.now, updated_at: p.now }),
);
const insertMessage = defineQuery('benchmark.insertMessage', (db, p: NewMessage) =>
  db.insertInto('conversation_messages').values({
    id: p.id,
    conversation_id: p.conversationId,
    seq: p.seq,
    role: 'user',
    content: p.content,
    created_at: p.now,
  }),
);

interface Writer {
  readonly user: UserHandle;
  readonly conversationId: string;
  readonly settle: () => void;
}

const INSERTS = 200;
/** So many that each turn fills SQLite's log beyond the size at which it is written back: both pay for that, or neither would. */
const BULK = 10_000;
const OPEN_MS = 3000;
const WRITE_EVERY_MS = 5;
const consumer = join(import.meta.dirname, 'feed-process.ts');

export async function feedFigures(stage: MechanismStage): Promise<Figures> {
  const { engine, scale, log } = stage;
  const tracked = await writer(stage, true);
  const plain = await writer(stage, false);
  const random = randomNumbers(1);
  let seq = 0;
  const messages = (count: number): Omit<NewMessage, 'conversationId'>[] =>
    Array.from({ length: count }, () => {
      seq += 1;
      return { id: newId(), seq, content: text(random, 'user'), now: new Date() };
    });
  const settle = ({ settle: own }: Writer): void => own();

  log('single inserts, with and without triggers');
  const inserts = scaled(INSERTS, scale, 5);
  const insertRatio = await costOf({
    with: tracked,
    without: plain,
    warmUp: scaled(20, scale, 1),
    rounds: scaled(61, scale, 3),
    operations: inserts,
    settle,
    prepare: () => messages(inserts),
    run: ({ user, conversationId }: Writer, made, index) =>
      user.run(insertMessage, { ...made[index]!, conversationId }),
  });

  log('many rows at once, with and without triggers');
  const rows = scaled(BULK, scale, 20);
  const bulkRatio = await costOf({
    with: tracked,
    without: plain,
    warmUp: scaled(3, scale, 1),
    rounds: scaled(15, scale, 3),
    operations: 1,
    settle,
    prepare: () => messages(rows),
    run: ({ user, conversationId }: Writer, made) =>
      user.runMany(
        insertMessage,
        made.map((row) => ({ ...row, conversationId })),
      ),
  });

  log('how late a consumer in another process is told, beside a transaction that stays open');
  const lags = await lagsOf(stage);
  return {
    [`${engine}.feed.insertRatio`]: insertRatio,
    [`${engine}.feed.bulkRatio`]: bulkRatio,
    [`${engine}.feed.lag.p50Ms`]: percentile(lags, 0.5),
    [`${engine}.feed.lag.p99Ms`]: percentile(lags, 0.99),
    [`${engine}.feed.lag.changes`]: lags.length,
  };
}

/** A user with a conversation to write to, in a database of its own. */
async function writer(stage: MechanismStage, isTracked: boolean): Promise<Writer> {
  const database = await stage.open();
  const { url } = database.config.target;
  const user = database.forUser('ada');
  const conversationId = newId();
  await user.run(insertConversation, { id: conversationId, now: new Date() });
  if (!isTracked) await dropTriggers(database);
  if (stage.engine === 'postgres') return { user, conversationId, settle: () => undefined };
  const path = pathOf(url);
  // Whoever comes to a full log would pay for what the one before wrote.
  const settle = (): void => {
    const side = new Sqlite(path);
    side.pragma('wal_checkpoint(TRUNCATE)');
    side.close();
  };
  return { user, conversationId, settle };
}

/** Through the bare driver: no program has a reason to. */
async function dropTriggers({ config: { target } }: Database): Promise<void> {
  const names = ['insert', 'update', 'delete', 'moved'].map((kind) => `conversation_messages_track_${kind}`);
  if (target.engine === 'sqlite') {
    const side = new Sqlite(target.path);
    for (const name of names) side.exec(`DROP TRIGGER ${name}`);
    side.close();
    return;
  }
  const client = new pg.Client({ connectionString: target.url });
  await client.connect();
  for (const name of names) await client.query(`DROP TRIGGER ${name} ON conversation_messages`);
  await client.end();
}

function pathOf(url: string): string {
  return url.replace(/^sqlite:\/\/\//, '');
}

/** Milliseconds between the moment that a write was acknowledged and the one in which the consumer was given it. */
async function lagsOf(stage: MechanismStage): Promise<number[]> {
  const url = await stage.url();
  const openMs = scaled(OPEN_MS, stage.scale, 200);
  await using database = openDatabase({ url, env: {} });
  const ada = database.forUser('ada');
  await ada.run(insertConversation, { id: newId(), now: new Date() });
  const other = await OtherProcess.start(consumer, url);
  try {
    const written = new Map<string, number>();
    // SQLite has one writer; there, what stays open is a snapshot.
    const open = database.transaction(
      'eve',
      async (eve) => {
        if (stage.engine === 'postgres') await eve.run(insertConversation, { id: newId(), now: new Date() });
        else await eve.all((db) => db.selectFrom('conversations').select('id'));
        await sleep(openMs);
      },
      { readOnly: stage.engine === 'sqlite' },
    );
    const until = performance.now() + openMs;
    while (performance.now() < until) {
      const id = newId();
      await ada.run(insertConversation, { id, now: new Date() });
      written.set(id, clock());
      await sleep(WRITE_EVERY_MS);
    }
    await open;
    await allConsumed(database);
    const seen = await other.stop<readonly (readonly [key: string, at: number])[]>();
    const lags = seen.flatMap(([key, at]) => {
      const writtenAt = written.get(key);
      // It may be told before whoever wrote is.
      return writtenAt === undefined ? [] : [Math.max(0, at - writtenAt)];
    });
    if (lags.length !== written.size) throw new Error(`${written.size} changes were written, ${lags.length} consumed.`);
    return lags;
  } finally {
    other.kill();
  }
}

async function allConsumed(database: Database): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    const [first] = await database.changes.consumers();
    if (first?.behind === 0) return;
    await sleep(50);
  }
  throw new Error('The consumer did not come to the end.');
}
