import { isDeepStrictEqual } from 'node:util';
import { KeelsonSaver } from '@keelson/conversations/langgraph';
import { openDatabase } from '@keelson/db-core';
import {
  type BaseCheckpointSaver,
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointTuple,
  uuid6,
} from '@langchain/langgraph-checkpoint';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import BetterSqlite from 'better-sqlite3';
import pg from 'pg';
import { race, ratios, type Slot, summarize } from '../rounds.ts';
import { scaled } from './compare.ts';
import type { Figures, MechanismStage, Target } from './contract.ts';

type Config = Parameters<BaseCheckpointSaver['getTuple']>[0];

const CHECKPOINTS = 2000;
const CHANNELS = ['messages', 'documents', 'plan', 'notes', 'answer'];
const VALUE_CHARACTERS = 1000;
const READ_THREAD = 'thread-read';
const PUT_THREAD = 'thread-put';

const OPERATIONS = ['put', 'putOneChanged', 'putWrites', 'getLatest', 'getById', 'listTen'] as const;

export const checkpointsTargets: Readonly<Record<string, Target>> = Object.fromEntries(
  ['sqlite', 'postgres'].flatMap((engine) =>
    OPERATIONS.map((name) => [`${engine}.checkpoints.${name}.timesAsFast`, { atLeast: 1.5 }] as const),
  ),
);

/** One operation, with how often a round does it on each engine. */
interface Operation {
  readonly times: Readonly<Record<MechanismStage['engine'], number>>;
  /** Makes what a round does, the same for both. */
  readonly prepare: (times: number) => (saver: BaseCheckpointSaver, index: number) => Promise<unknown>;
}

/** Keelson's checkpointer beside LangGraph's own for the same engine, in turns. Ratios say how many times as fast ours is. */
export async function checkpointsFigures(stage: MechanismStage): Promise<Figures> {
  const { engine, scale, log } = stage;
  const ownUrl = await stage.url();
  await using database = openDatabase({ url: ownUrl, env: {} });
  const { saver: official, close, analyze } = await openOfficial[engine](await stage.url(), ownUrl);
  try {
    const ours = new KeelsonSaver(database, 'ada');
    const contenders = new Map<string, BaseCheckpointSaver>([
      ['ours', ours],
      ['official', official],
    ]);
    const count = scaled(CHECKPOINTS, scale, 12);
    log(`${count} checkpoints for each`);
    const ids = await fill([...contenders.values()], count);
    await assertEqual(ours, official, ids);
    // A server learns by itself what its tables hold, some time; here it is told, so that plans don't change on the way.
    await analyze();
    const figures: Record<string, number> = {};
    for (const [name, { times, prepare }] of Object.entries(operationsOn(ids))) {
      log(name);
      const taken = await race<BaseCheckpointSaver>({
        contenders,
        warmUp: scaled(3, scale, 1),
        rounds: scaled(20, scale, 2),
        shares: {},
        prepare: (): Slot<BaseCheckpointSaver> => {
          const operations = scaled(times[engine], scale, 2);
          return { operations, run: prepare(operations) };
        },
        settle: () => undefined,
      });
      const elapsed = (who: string): number[] => (taken.get(who) ?? []).map((time) => time.elapsed);
      const key = `${engine}.checkpoints.${name}`;
      figures[`${key}.perSecond`] = 1e6 / summarize(elapsed('ours')).median;
      figures[`${key}.official.perSecond`] = 1e6 / summarize(elapsed('official')).median;
      figures[`${key}.timesAsFast`] = summarize(ratios(elapsed('official'), elapsed('ours'))).median;
    }
    return figures;
  } finally {
    await close();
  }
}

interface Official {
  readonly saver: BaseCheckpointSaver;
  readonly close: () => Promise<void>;
  /** Of both databases. */
  readonly analyze: () => Promise<void>;
}

const openOfficial: Readonly<Record<MechanismStage['engine'], (url: string, ownUrl: string) => Promise<Official>>> = {
  async sqlite(url) {
    const database = new BetterSqlite(url.replace('sqlite:///', '/'));
    // As Keelson has it; the driver's own would wait for the disk at each commit.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    return {
      saver: new SqliteSaver(database),
      close: async () => void database.close(),
      analyze: async () => undefined,
    };
  },
  async postgres(url, ownUrl) {
    const saver = PostgresSaver.fromConnString(url);
    await saver.setup();
    const analyze = async (): Promise<void> => {
      for (const connectionString of [url, ownUrl]) {
        const client = new pg.Client({ connectionString });
        await client.connect();
        await client.query('analyze');
        await client.end();
      }
    };
    return { saver, close: () => saver.end(), analyze };
  },
};

function operationsOn(ids: readonly string[]): Readonly<Record<(typeof OPERATIONS)[number], Operation>> {
  const read: Config = { configurable: { thread_id: READ_THREAD, checkpoint_ns: '' } };
  const chain = chainOf(PUT_THREAD);
  const puts = (times: number, changed: readonly string[]): Put[] =>
    Array.from({ length: times }, () => chain(changed));
  return {
    put: {
      times: { sqlite: 100, postgres: 30 },
      prepare: (times) => {
        const made = puts(times, CHANNELS);
        return (saver, index) => put(saver, made[index]);
      },
    },
    putOneChanged: {
      times: { sqlite: 100, postgres: 30 },
      prepare: (times) => {
        const made = puts(times, CHANNELS.slice(0, 1));
        return (saver, index) => put(saver, made[index]);
      },
    },
    putWrites: {
      times: { sqlite: 100, postgres: 30 },
      prepare: (times) => {
        const configs = Array.from({ length: times }, () => configOf(PUT_THREAD, uuid6(1)));
        const value = valueOf(0);
        return (saver, index) => saver.putWrites(configs[index] ?? read, [['messages', value]], 'task');
      },
    },
    getLatest: { times: { sqlite: 200, postgres: 20 }, prepare: () => (saver) => saver.getTuple(read) },
    getById: {
      times: { sqlite: 200, postgres: 20 },
      prepare: () => (saver, index) => saver.getTuple(configOf(READ_THREAD, ids[(index * 37) % ids.length] ?? '')),
    },
    listTen: { times: { sqlite: 30, postgres: 8 }, prepare: () => (saver) => toArray(saver, read, 10) },
  };
}

interface Put {
  readonly config: Config;
  readonly checkpoint: Checkpoint;
  readonly metadata: CheckpointMetadata;
  readonly changed: Readonly<Record<string, number>>;
}

/** Each checkpoint follows the one before and changes some channels, as a graph's steps do; the first one has them all. */
function chainOf(thread: string): (changed: readonly string[]) => Put {
  let step = 0;
  let parent: string | undefined;
  const versions: Record<string, number> = {};
  return (asked) => {
    step += 1;
    const changed = step === 1 ? CHANNELS : asked;
    for (const channel of changed) versions[channel] = step;
    const config = configOf(thread, parent);
    parent = uuid6(step);
    return {
      config,
      checkpoint: {
        v: 4,
        id: parent,
        ts: new Date().toISOString(),
        channel_values: Object.fromEntries(CHANNELS.map((channel) => [channel, valueOf(versions[channel] ?? 0)])),
        channel_versions: { ...versions },
        versions_seen: { agent: { ...versions } },
      },
      metadata: { source: 'loop', step, parents: {} },
      changed: Object.fromEntries(changed.map((channel) => [channel, step])),
    };
  };
}

function put(saver: BaseCheckpointSaver, made: Put | undefined): Promise<unknown> {
  if (made === undefined) throw new RangeError('There is nothing more to put.');
  return saver.put(made.config, made.checkpoint, made.metadata, made.changed);
}

function valueOf(number: number): string {
  return `${number} `.padEnd(VALUE_CHARACTERS, 'the state of a channel, as text ');
}

function configOf(thread: string, id: string | undefined): Config {
  return { configurable: { thread_id: thread, checkpoint_ns: '', ...(id === undefined ? {} : { checkpoint_id: id }) } };
}

async function fill(savers: readonly BaseCheckpointSaver[], count: number): Promise<readonly string[]> {
  const chain = chainOf(READ_THREAD);
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const made = chain(CHANNELS);
    for (const saver of savers) await put(saver, made);
    ids.push(made.checkpoint.id);
  }
  return ids;
}

/** Who gives something else can't be compared. */
async function assertEqual(
  ours: BaseCheckpointSaver,
  official: BaseCheckpointSaver,
  ids: readonly string[],
): Promise<void> {
  const readAll = async (saver: BaseCheckpointSaver): Promise<unknown> => [
    await saver.getTuple(configOf(READ_THREAD, undefined)),
    await saver.getTuple(configOf(READ_THREAD, ids[3])),
    await toArray(saver, configOf(READ_THREAD, undefined), 10),
  ];
  const [left, right] = [await readAll(ours), await readAll(official)];
  if (!isDeepStrictEqual(plain(left), plain(right))) throw new Error('The two checkpointers give different tuples.');
}

/** Without members that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

async function toArray(saver: BaseCheckpointSaver, config: Config, limit: number): Promise<CheckpointTuple[]> {
  const tuples: CheckpointTuple[] = [];
  for await (const tuple of saver.list(config, { limit })) tuples.push(tuple);
  return tuples;
}
