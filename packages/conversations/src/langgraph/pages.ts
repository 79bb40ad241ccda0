import type { UserHandle } from '@keelson/db-core';
import type { BaseCheckpointSaver, CheckpointListOptions, SerializerProtocol } from '@langchain/langgraph-checkpoint';
import * as checkpoints from '../repositories/checkpoint.repository.ts';
import { invalid } from '../schemas/parse.ts';
import { contains } from './contains.ts';
import {
  afterNamespace,
  afterThread,
  ALL_THREADS,
  checkedId,
  checkedNamespace,
  checkpointRange,
  FIRST_ID,
  type KeyRange,
  LAST_ID,
  placeOf,
  rangeBeside,
  rangeInThread,
  threadRange,
} from './keys.ts';
import { type CheckpointRow, readRow, type Stored } from './stored.ts';

/** Checkpoints that are looked through at a time. */
const PAGE = 100;
/** Tuples whose values are held at a time. */
const BATCH = 25;

type Config = Parameters<BaseCheckpointSaver['list']>[0];

type Pages = AsyncGenerator<readonly CheckpointRow[]>;

/** The checkpoints that are asked for, latest first, in batches. */
export async function* listStored(
  user: UserHandle,
  serde: SerializerProtocol,
  config: Config,
  options: CheckpointListOptions,
): AsyncGenerator<readonly Stored[]> {
  const { filter } = options;
  const hasFilter = filter !== undefined && Object.keys(filter).length > 0;
  let left = limitOf(options);
  if (left === 0) return;
  for await (const rows of pagesOf(user, config, options, hasFilter ? PAGE : Math.min(PAGE, left))) {
    const stored = await Promise.all(rows.map((row) => readRow(serde, row)));
    const wanted = hasFilter ? stored.filter(({ state }) => contains(state.metadata, filter)) : stored;
    for (let start = 0; start < wanted.length && left > 0; start += BATCH) {
      const batch = wanted.slice(start, start + Math.min(BATCH, left));
      left -= batch.length;
      yield batch;
    }
    if (left === 0) return;
  }
}

function limitOf({ limit = Number.POSITIVE_INFINITY }: CheckpointListOptions): number {
  if (limit >= 0) return limit === Number.POSITIVE_INFINITY ? limit : Math.trunc(limit);
  throw invalid([{ path: 'limit', message: 'must be a number from 0 on' }]);
}

/** In one namespace of one thread, or in all of either. */
async function* pagesOf(user: UserHandle, config: Config, options: CheckpointListOptions, size: number): Pages {
  // Unlike elsewhere, no namespace means every namespace.
  const given: unknown = config.configurable?.['checkpoint_ns'] ?? undefined;
  const namespace = given === undefined ? undefined : checkedNamespace(given);
  const place = placeOf(config);
  const ids = idsOf(config, options);
  if (place !== undefined) {
    if (namespace === undefined) yield* inThread(user, threadRange(place.threadId), ids, size);
    else yield* inRange(user, checkpointRange(place, ids), size);
    return;
  }
  for await (const key of firstKeys(user, ALL_THREADS, afterThread)) {
    if (namespace === undefined) yield* inThread(user, { from: key, to: afterThread(key) }, ids, size);
    else yield* inRange(user, rangeInThread(key, namespace, ids), size);
  }
}

/** Of the checkpoints' own ids. */
function idsOf(config: Config, { before }: CheckpointListOptions): KeyRange {
  const only = config.configurable?.['checkpoint_id'] as unknown;
  const bound = before?.configurable?.['checkpoint_id'] as unknown;
  const from = isGiven(only) ? checkedId(only) : FIRST_ID;
  const to = isGiven(bound) ? checkedId(bound) : LAST_ID;
  // Nothing that begins with this id lies below it and a space, but the id itself.
  return { from, to: isGiven(only) && `${from} ` < to ? `${from} ` : to };
}

/** Latest first. */
async function* inRange(user: UserHandle, { from, to }: KeyRange, size: number): Pages {
  for (let below = to; ;) {
    const rows = await user.all(checkpoints.listInNamespace, { from, to: below, limit: size });
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    below = last.id;
  }
}

async function* inThread(user: UserHandle, thread: KeyRange, ids: KeyRange, size: number): Pages {
  const ranges: KeyRange[] = [];
  for await (const key of firstKeys(user, thread, afterNamespace)) ranges.push(rangeBeside(key, ids));
  const share = Math.ceil(size / Math.max(1, ranges.length));
  const runs = ranges.map((range) => inRange(user, range, share));
  const [only, ...more] = runs;
  if (only !== undefined) yield* more.length === 0 ? only : merged(runs, size);
}

/** The first key of each thread, or of each namespace. */
async function* firstKeys(
  user: UserHandle,
  { from, to }: KeyRange,
  after: (key: string) => string,
): AsyncGenerator<string> {
  for (let next = from; ;) {
    const row = await user.first(checkpoints.findNext, { from: next, to });
    if (row === undefined) return;
    yield row.id;
    next = after(row.id);
  }
}

/** Of several runs, each latest first, the latest first. */
async function* merged(runs: readonly Pages[], size: number): Pages {
  const heads: { row: CheckpointRow; readonly rest: AsyncGenerator<CheckpointRow> }[] = [];
  for (const run of runs) {
    const rest = rowsOf(run);
    const first = await rest.next();
    if (first.done !== true) heads.push({ row: first.value, rest });
  }
  let page: CheckpointRow[] = [];
  while (heads.length > 0) {
    const latest = heads.reduce((one, other) => (isLater(other.row, one.row) ? other : one));
    page.push(latest.row);
    const next = await latest.rest.next();
    if (next.done === true) heads.splice(heads.indexOf(latest), 1);
    else latest.row = next.value;
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function* rowsOf(pages: Pages): AsyncGenerator<CheckpointRow> {
  for await (const page of pages) yield* page;
}

/** By the checkpoint's own id, and of several with the same by the row's. */
function isLater(one: CheckpointRow, other: CheckpointRow): boolean {
  return one.checkpoint_id === other.checkpoint_id ? one.id > other.id : one.checkpoint_id > other.checkpoint_id;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
