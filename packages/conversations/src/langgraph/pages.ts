import type { UserHandle } from '@keelson/db-core';
import type { BaseCheckpointSaver, CheckpointListOptions, SerializerProtocol } from '@langchain/langgraph-checkpoint';
import * as checkpoints from '../repositories/checkpoint.repository.ts';
import { invalid } from '../schemas/parse.ts';
import { contains } from './contains.ts';
import { checkedId, checkpointRange, FIRST_ID, LAST_ID, placeOf } from './keys.ts';
import { type CheckpointRow, type Found, read } from './tuples.ts';

/** Checkpoints that are looked through at a time. */
const PAGE = 100;
/** Tuples whose values are held at a time. */
const BATCH = 25;

type Config = Parameters<BaseCheckpointSaver['list']>[0];

/** Gives the next page of rows, at most so many; fewer mean that there are no more. */
type NextPage = (limit: number) => Promise<readonly CheckpointRow[]>;

/** The checkpoints that are asked for, latest first, in batches. */
export async function* listFound(
  user: UserHandle,
  serde: SerializerProtocol,
  config: Config,
  options: CheckpointListOptions,
): AsyncGenerator<readonly Found[]> {
  const { filter } = options;
  const hasFilter = filter !== undefined && Object.keys(filter).length > 0;
  const nextPage = pagesOf(user, config, options);
  let left = limitOf(options);
  while (left > 0) {
    const size = hasFilter ? PAGE : Math.min(PAGE, left);
    const rows = await nextPage(size);
    const found = await Promise.all(rows.map((row) => read(serde, row)));
    const wanted = hasFilter ? found.filter(({ state }) => contains(state.metadata, filter)) : found;
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
  let toId = '';
  if (place !== undefined && namespace !== undefined) {
    const range = checkpointRange(place, from, to);
    let below = range.to;
    return async (limit) => {
      const rows = await user.all(checkpoints.listInNamespace, { from: range.from, to: below, limit });
      below = rows.at(-1)?.id ?? below;
      return rows;
    };
  }
  return async (limit) => {
    const rows: CheckpointRow[] = [];
    // Other namespaces are passed over.
    for (;;) {
      const page = { from, to, toId, limit };
      const read =
        place === undefined
          ? await user.all(checkpoints.list, page)
          : await user.all(checkpoints.listByThread, { ...page, threadId: place.threadId });
      const last = read.at(-1);
      to = last?.checkpoint_id ?? to;
      toId = last?.id ?? toId;
      rows.push(...read.filter((row) => namespace === undefined || row.checkpoint_ns === namespace));
      if (read.length < limit) return rows;
      if (rows.length >= limit) return rows;
    }
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
