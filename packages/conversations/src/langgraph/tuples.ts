import {
  type CheckpointMetadata,
  type Checkpoint,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  compareWritesSortKeys,
  maxChannelVersion,
  type SerializerProtocol,
  TASKS,
  writesSortKey,
} from '@langchain/langgraph-checkpoint';
import type { UserHandle } from '@keelson/db-core';
import * as checkpoints from '../repositories/checkpoint.repository.ts';
import { checkpointKey, type Place, valueKey } from './keys.ts';
import { load, type Serialized } from './serialized.ts';

/** What the data of a checkpoint's row holds. */
export interface State {
  readonly checkpoint: Omit<Checkpoint, 'channel_values'>;
  readonly metadata: CheckpointMetadata;
  /** Channels that have a version and had no value: of all others a value is expected. */
  readonly empty: readonly string[];
}

/** A checkpoint's row with what its data says. */
export interface Found {
  readonly key: string;
  readonly place: Place;
  readonly id: string;
  readonly parentId: string | null;
  readonly state: State;
}

export interface CheckpointRow extends Serialized {
  readonly id: string;
  readonly thread_id: string | null;
  readonly checkpoint_ns: string | null;
  readonly checkpoint_id: string | null;
  readonly parent_checkpoint_id: string | null;
}

interface Write extends Serialized {
  readonly taskId: string;
  readonly path: string;
  readonly index: number;
  readonly channel: string;
}

interface Parts {
  readonly values: ReadonlyMap<string, Serialized>;
  /** By the key of their checkpoint, in the order in which a step applies them. */
  readonly writes: ReadonlyMap<string, readonly Write[]>;
}

export async function read(serde: SerializerProtocol, row: CheckpointRow): Promise<Found> {
  const id = row.checkpoint_id ?? '';
  return {
    key: row.id,
    place: { threadId: row.thread_id ?? '', namespace: row.checkpoint_ns ?? '', checkpointId: id },
    id,
    parentId: row.parent_checkpoint_id,
    state: (await load(serde, row)) as State,
  };
}

/** The tuples of these checkpoints, in their order. One that was deleted meanwhile is left out. */
export async function complete(
  user: UserHandle,
  serde: SerializerProtocol,
  found: readonly Found[],
  firstVersion: () => number,
): Promise<CheckpointTuple[]> {
  const parts = await partsOf(user, found);
  const there = await stillThere(user, found, parts);
  return Promise.all(there.map((one) => tupleOf(serde, one, parts, firstVersion)));
}

/** Before version 4 what was sent to the next step's tasks stood only among the writes of the checkpoint before. */
function sendsOf({ place, parentId, state }: Found): string | undefined {
  return state.checkpoint.v < 4 && parentId !== null ? checkpointKey(place, parentId) : undefined;
}

async function partsOf(user: UserHandle, found: readonly Found[]): Promise<Parts> {
  const ids = new Set<string>();
  const keys = new Set<string>();
  for (const one of found) {
    keys.add(one.key);
    const sends = sendsOf(one);
    if (sends !== undefined) keys.add(sends);
    for (const [channel, version] of versionsOf(one)) ids.add(valueKey(one.place, channel, version));
  }
  const values = new Map<string, Serialized>();
  const writes = new Map<string, Write[]>();
  for (const row of await user.all(checkpoints.listParts, { ids: [...ids], checkpoints: [...keys] })) {
    const { checkpoint, type, data } = row;
    if (checkpoint === null) {
      values.set(row.id, { type, data });
      continue;
    }
    const write = {
      taskId: row.task_id ?? '',
      path: row.task_path ?? '',
      index: row.idx ?? 0,
      channel: row.channel ?? '',
      type,
      data,
    };
    const known = writes.get(checkpoint);
    if (known === undefined) writes.set(checkpoint, [write]);
    else known.push(write);
  }
  for (const list of writes.values()) {
    if (list.length > 1) list.sort((a, b) => compareWritesSortKeys(orderOf(a), orderOf(b)));
  }
  return { values, writes };
}

function orderOf({ path, taskId, index }: Write): ReturnType<typeof writesSortKey> {
  return writesSortKey(path, taskId, index);
}

function versionsOf({ state }: Found): [channel: string, version: string | number][] {
  return Object.entries(state.checkpoint.channel_versions ?? {});
}

/** A value that is missed may never have been stored, or its thread was deleted since the checkpoint was read. */
async function stillThere(user: UserHandle, found: readonly Found[], { values }: Parts): Promise<readonly Found[]> {
  const incomplete = found.filter((one) =>
    versionsOf(one).some(
      ([channel, version]) => !values.has(valueKey(one.place, channel, version)) && !one.state.empty.includes(channel),
    ),
  );
  if (incomplete.length === 0) return found;
  const rows = await user.all(checkpoints.listIds, { ids: incomplete.map(({ key }) => key) });
  const there = new Set(rows.map(({ id }) => id));
  return found.filter((one) => !incomplete.includes(one) || there.has(one.key));
}

async function tupleOf(
  serde: SerializerProtocol,
  found: Found,
  { values, writes }: Parts,
  firstVersion: () => number,
): Promise<CheckpointTuple> {
  const { place, id, parentId, state, key } = found;
  const channels: [string, unknown][] = [];
  for (const [channel, version] of versionsOf(found)) {
    const value = values.get(valueKey(place, channel, version));
    if (value !== undefined) channels.push([channel, await load(serde, value)]);
  }
  const checkpoint: Checkpoint = { ...state.checkpoint, channel_values: Object.fromEntries(channels) };
  const sends = sendsOf(found);
  if (sends !== undefined) await addSends(serde, checkpoint, writes.get(sends) ?? [], firstVersion);
  const pendingWrites: CheckpointPendingWrite[] = [];
  for (const write of writes.get(key) ?? [])
    pendingWrites.push([write.taskId, write.channel, await load(serde, write)]);
  return {
    config: configOf(place, id),
    checkpoint,
    metadata: state.metadata,
    ...(parentId === null ? {} : { parentConfig: configOf(place, parentId) }),
    pendingWrites,
  };
}

export function configOf({ threadId, namespace }: Place, id: string): CheckpointTuple['config'] {
  return { configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: id } };
}

async function addSends(
  serde: SerializerProtocol,
  checkpoint: Checkpoint,
  writes: readonly Write[],
  firstVersion: () => number,
): Promise<void> {
  const sent: unknown[] = [];
  for (const write of writes) if (write.channel === TASKS) sent.push(await load(serde, write));
  const versions = Object.values(checkpoint.channel_versions);
  checkpoint.channel_values[TASKS] = sent;
  checkpoint.channel_versions = {
    ...checkpoint.channel_versions,
    [TASKS]: versions.length === 0 ? firstVersion() : maxChannelVersion(...versions),
  };
}
