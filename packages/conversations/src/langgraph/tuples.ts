import {
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
import * as checkpointWrites from '../repositories/checkpoint-write.repository.ts';
import { dataIn } from './data.ts';
import { checkpointKey, checkpointOfWrite, type Place, writesRange } from './keys.ts';
import { type Packed, unpack } from './packed.ts';
import { load } from './serialized.ts';
import { readRow, type Stored, type Write } from './stored.ts';

export interface Reading {
  readonly user: UserHandle;
  readonly serde: SerializerProtocol;
  /** A version for a channel of a checkpoint that has none yet. */
  readonly firstVersion: () => number;
}

/** The tuples of these checkpoints, in their order, of one with its writes if they came with it. One that was deleted meanwhile is left out. */
export async function tuplesOf(
  reading: Reading,
  stored: readonly Stored[],
  known?: readonly Write[],
): Promise<CheckpointTuple[]> {
  const tuples: CheckpointTuple[] = [];
  const refers = stored.some(({ state }) => Object.keys(state.carried).length > 0);
  const elsewhere = refers ? await valuesElsewhere(reading, stored) : NO_VALUES;
  const gone = refers ? await goneOf(reading, stored, elsewhere) : NONE_GONE;
  for (const group of groupsOf(stored)) {
    const writes = await writesOf(reading, group, known);
    for (const one of group) if (!gone.has(one.key)) tuples.push(await tupleOf(reading, one, elsewhere, writes));
  }
  return tuples;
}

const NO_VALUES: ReadonlyMap<string, Packed> = new Map();
const NONE_GONE: ReadonlySet<string> = new Set();

/** Neighbours of one thread and namespace: their writes lie side by side, too. */
function groupsOf(stored: readonly Stored[]): Stored[][] {
  const groups: Stored[][] = [];
  for (const one of stored) {
    const last = groups.at(-1);
    const { place } = last?.[0] ?? {};
    if (last !== undefined && place?.threadId === one.place.threadId && place.namespace === one.place.namespace)
      last.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** The values in the rows of other checkpoints that these refer to, by the checkpoint's key. */
async function valuesElsewhere(
  { user, serde }: Reading,
  stored: readonly Stored[],
): Promise<ReadonlyMap<string, Packed>> {
  const values = new Map(stored.map((one) => [one.key, one.values]));
  const ids = new Set<string>();
  for (const { place, state } of stored) {
    for (const id of Object.values(state.carried)) {
      const key = checkpointKey(place, id);
      if (!values.has(key)) ids.add(key);
    }
  }
  if (ids.size > 0) {
    for (const row of await user.all(checkpoints.listByIds, { ids: [...ids] }))
      values.set(row.id, (await readRow(serde, row)).values);
  }
  return values;
}

/** What a checkpoint refers to can only be missing because the thread was deleted, before or since the checkpoint was read. */
async function goneOf(
  { user }: Reading,
  stored: readonly Stored[],
  values: ReadonlyMap<string, Packed>,
): Promise<ReadonlySet<string>> {
  const suspects = stored.filter(({ place, state }) =>
    Object.values(state.carried).some((id) => !values.has(checkpointKey(place, id))),
  );
  const gone = new Set(suspects.map(({ key }) => key));
  if (gone.size > 0) for (const { id } of await user.all(checkpoints.listIds, { ids: [...gone] })) gone.delete(id);
  return gone;
}

/** By the key of their checkpoint, in the order in which a step applies them. */
async function writesOf(
  { user }: Reading,
  group: readonly Stored[],
  known?: readonly Write[],
): Promise<ReadonlyMap<string, readonly Write[]>> {
  const keys = group.map(({ key }) => key).sort();
  const range = writesRange(keys[0] ?? '', keys.at(-1) ?? '');
  const writes = byCheckpoint(known ?? (await user.all(checkpointWrites.listInRange, range)));
  for (const one of group) {
    const sends = sendsOf(one);
    if (sends === undefined || keys.includes(sends)) continue;
    const sent = await user.all(checkpointWrites.listInRange, writesRange(sends, sends));
    for (const [key, list] of byCheckpoint(sent)) writes.set(key, list);
  }
  return writes;
}

function byCheckpoint(rows: readonly Write[]): Map<string, readonly Write[]> {
  const writes = new Map<string, Write[]>();
  for (const write of rows) {
    const key = checkpointOfWrite(write.id);
    const list = writes.get(key);
    if (list === undefined) writes.set(key, [write]);
    else list.push(write);
  }
  for (const list of writes.values()) list.sort((a, b) => compareWritesSortKeys(orderOf(a), orderOf(b)));
  return writes;
}

function orderOf({ task_path: path, task_id: taskId, idx }: Write): ReturnType<typeof writesSortKey> {
  return writesSortKey(path, taskId, idx);
}

/** Before version 4 what was sent to the next step's tasks stood only among the writes of the checkpoint before. */
function sendsOf({ place, parentId, state }: Stored): string | undefined {
  return state.checkpoint.v < 4 && parentId !== null ? checkpointKey(place, parentId) : undefined;
}

async function tupleOf(
  { serde, firstVersion }: Reading,
  stored: Stored,
  elsewhere: ReadonlyMap<string, Packed>,
  writes: ReadonlyMap<string, readonly Write[]>,
): Promise<CheckpointTuple> {
  const { place, id, parentId, state, key } = stored;
  const channels = await unpack(serde, stored.values, () => true);
  for (const [owner, carried] of ownersOf(state.carried)) {
    const values = elsewhere.get(checkpointKey(place, owner));
    if (values !== undefined) channels.push(...(await unpack(serde, values, (channel) => carried.has(channel))));
  }
  const checkpoint: Checkpoint = { ...state.checkpoint, channel_values: Object.fromEntries(channels) };
  const sends = sendsOf(stored);
  if (sends !== undefined) await addSends(serde, checkpoint, writes.get(sends) ?? [], firstVersion);
  const pendingWrites: CheckpointPendingWrite[] = [];
  for (const write of writes.get(key) ?? [])
    pendingWrites.push([write.task_id, write.channel, await valueOf(serde, write)]);
  return {
    config: configOf(place, id),
    checkpoint,
    metadata: state.metadata,
    ...(parentId === null ? {} : { parentConfig: configOf(place, parentId) }),
    pendingWrites,
  };
}

function valueOf(serde: SerializerProtocol, { type, data, data_bytes }: Write): unknown {
  return load(serde, { type, data: dataIn(data, data_bytes) });
}

/** The channels that each of the other checkpoints has. */
function ownersOf(carried: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>();
  for (const [channel, owner] of Object.entries(carried)) {
    const channels = owners.get(owner) ?? new Set();
    owners.set(owner, channels.add(channel));
  }
  return owners;
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
  for (const write of writes) if (write.channel === TASKS) sent.push(await valueOf(serde, write));
  const versions = Object.values(checkpoint.channel_versions);
  checkpoint.channel_values[TASKS] = sent;
  checkpoint.channel_versions = {
    ...checkpoint.channel_versions,
    [TASKS]: versions.length === 0 ? firstVersion() : maxChannelVersion(...versions),
  };
}
