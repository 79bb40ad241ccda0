import type { UserHandle } from '@keelson/db-core';
import type { BaseCheckpointSaver, CheckpointListOptions, SerializerProtocol } from '@langchain/langgraph-checkpoint';
import * as checkpoints from '../repositories/checkpoint.repository.ts';
import { invalid } from '../schemas/parse.ts';
import { contains } from './contains.ts';
import { checkedId, checkpointRange, FIRST_ID, LAST_ID, placeOf } from './keys.ts';
import { type CheckpointRow, readRow, type Stored } from './stored.ts';

/** Checkpoints that are looked through at a time. */
const PAGE = 100;
/** Tuples whose values are held at a time. */
const BATCH = 25;

type Config = Parameters<BaseCheckpointSaver['list']>[0];

/** Gives the next page of rows, at most so many; fewer mean that there are no more. */
type NextPage = (limit: number) => Promise<readonly CheckpointRow[]>;

/** The checkpoints that are asked for, latest first, in batches. */
export async function* listStored(
  user: UserHandle,
  serde: SerializerProtocol,
  config: Config,
  options: CheckpointListOptions,
): AsyncGenerator<readonly Stored[]> {
  const { filter } = options;
  const hasFilter = filter !== undefined && Object.keys(filter).length > 0;
  const nextPage = pagesOf(user, config, options);
  let left = limitOf(options);
  while (left > 0) {
    const size = hasFilter ? PAGE : Math.min(PAGE, left);
    const rows = await nextPage(size);
    const stored = await Promise.all(rows.map((row) => readRow(serde, row)));
    const wanted = hasFilter ? stored.filter(({ state }) => contains(state.metadata, filter)) : stored;
    for (let start = 0; start < wanted.length && left > 0; start += BATCH) {
      const batch = wanted.slice(start, start + Math.min(BATCH, left));
      left -= batch.length;
      yield batch;
    }
    if (rows.length < size) return;
  }
}

function limitOf({ limit = Number.POSITIVE_INFINITY }: CheckpointListOptions): number {
  if (limit >= 0) return limit === Number.POSITIVE_INFINITY ? limit : Math.trunc(limit);
  throw invalid([{ path: 'limit', message: 'must be a number from 0 on' }]);
}

function pagesOf(user: UserHandle, config: Config, { before }: CheckpointListOptions): NextPage {
  // Unlike elsewhere, no namespace means every namespace.
  const namespace: unknown = config.configurable?.['checkpoint_ns'] ?? undefined;
  const place = placeOf(config);
  const only = config.configurable?.['checkpoint_id'] as unknown;
  const bound = before?.configurable?.['checkpoint_id'] as unknown;
  const from = isGiven(only) ? checkedId(only) : FIRST_ID;
  let to = isGiven(bound) ? checkedId(bound) : LAST_ID;
  // Nothing that begins with this id lies below it and a space, but the id itself.
  if (isGiven(only) && `${from} ` < to) to = `${from} `;
  if (place === undefined) return threadsOneByOne(user, from, to, namespace);
  if (namespace === undefined) return inThread(user, { threadId: place.threadId, from, to });
  const range = checkpointRange(place, from, to);
  let below = range.to;
  return async (limit) => {
    const rows = await user.all(checkpoints.listInNamespace, { from: range.from, to: below, limit });
    below = rows.at(-1)?.id ?? below;
    return rows;
  };
}

interface ThreadRange {
  readonly threadId: string;
  readonly from: string;
  readonly to: string;
}

/** In all its namespaces, or in one. */
function inThread(user: UserHandle, range: ThreadRange, namespace?: unknown): NextPage {
  let { to } = range;
  let toId = '';
  return async (limit) => {
    const rows: CheckpointRow[] = [];
    for (;;) {
      const page = await user.all(checkpoints.listByThread, { ...range, to, toId, limit });
      const last = page.at(-1);
      to = last?.checkpoint_id ?? to;
      toId = last?.id ?? toId;
      rows.push(...page.filter((row) => namespace === undefined || row.checkpoint_ns === namespace));
      if (page.length < limit || rows.length >= limit) return rows;
    }
  };
}

/** Above every thread's id that people give. */
const LAST_THREAD = '\u{10FFFF}'.repeat(4);

function threadsOneByOne(user: UserHandle, from: string, to: string, namespace: unknown): NextPage {
  let below = LAST_THREAD;
  let inCurrent: NextPage | undefined;
  return async (limit) => {
    const rows: CheckpointRow[] = [];
    while (rows.length < limit) {
      if (inCurrent === undefined) {
        const next = await user.first(checkpoints.findThread, { below });
        if (next === undefined) return rows;
        below = next.thread_id;
        inCurrent = inThread(user, { threadId: below, from, to }, namespace);
      }
      const wanted = limit - rows.length;
      const page = await inCurrent(wanted);
      rows.push(...page);
      if (page.length < wanted) inCurrent = undefined;
    }
    return rows;
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
