import type { UserHandle } from '@keelson/db-core';
import type { SerializerProtocol } from '@langchain/langgraph-checkpoint';
import * as checkpoints from '../repositories/checkpoint.repository.ts';
import { checkpointKey, checkpointRange, EVERY_ID, type Place } from './keys.ts';
import { readRow, type State, type Stored } from './stored.ts';

type Version = string | number;

/** By channel: in which version, and the checkpoint whose row has its value. */
type ValuesOf = ReadonlyMap<string, { readonly version: Version; readonly at: string }>;

const REMEMBERED = 200;
const PAGE = 100;

/**
 * Where the values of channels are that a checkpoint doesn't change. Its parent tells, and a graph puts one checkpoint after
 * the other: what was put or read last is remembered, so that a put as a rule reads nothing.
 */
export class Whereabouts {
  readonly #user: UserHandle;
  /** What they say is looked through when it is asked for: most are read, or followed by a put of all channels. */
  readonly #known = new Map<string, { readonly id: string; readonly state: State }>();

  constructor(user: UserHandle) {
    this.#user = user;
  }

  remember(key: string, id: string, state: State): void {
    this.#known.delete(key);
    this.#known.set(key, { id, state });
    if (this.#known.size > REMEMBERED) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
  }

  forgetAll(): void {
    this.#known.clear();
  }

  /** The checkpoints that have these versions, by channel. A version that was never stored is left out. */
  async find(
    serde: SerializerProtocol,
    place: Place,
    wanted: ReadonlyMap<string, Version>,
  ): Promise<Record<string, string>> {
    const found = new Map<string, string>();
    if (wanted.size === 0) return {};
    if (place.checkpointId !== undefined) {
      const key = checkpointKey(place, place.checkpointId);
      const parent = this.#known.get(key) ?? (await this.#read(serde, key));
      if (parent !== undefined) take(found, wanted, valuesOf(parent.id, parent.state));
    }
    // A copy of a checkpoint is put under its parent, or without one: the values that it takes along are elsewhere in the thread.
    if (found.size < wanted.size) await this.#search(serde, place, wanted, found);
    return Object.fromEntries(found);
  }

  async #read(serde: SerializerProtocol, key: string): Promise<Stored | undefined> {
    const row = await this.#user.first(checkpoints.findById, { id: key });
    return row === undefined ? undefined : await readRow(serde, row);
  }

  async #search(
    serde: SerializerProtocol,
    place: Place,
    wanted: ReadonlyMap<string, Version>,
    found: Map<string, string>,
  ): Promise<void> {
    const range = checkpointRange(place, EVERY_ID);
    for (let to = range.to; found.size < wanted.size;) {
      const rows = await this.#user.all(checkpoints.listInNamespace, { from: range.from, to, limit: PAGE });
      for (const row of rows) {
        const { id, state } = await readRow(serde, row);
        take(found, wanted, valuesOf(id, state));
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      to = last.id;
    }
  }
}

function valuesOf(id: string, { checkpoint, stored, carried }: State): ValuesOf {
  const values = new Map<string, { version: Version; at: string }>();
  for (const [channel, version] of Object.entries(checkpoint.channel_versions)) {
    if (Object.hasOwn(carried, channel)) values.set(channel, { version, at: carried[channel] ?? '' });
  }
  for (const [channel] of stored) {
    const version = checkpoint.channel_versions[channel];
    if (version !== undefined) values.set(channel, { version, at: id });
  }
  return values;
}

function take(found: Map<string, string>, wanted: ReadonlyMap<string, Version>, values: ValuesOf): void {
  for (const [channel, version] of wanted) {
    const value = values.get(channel);
    if (!found.has(channel) && value?.version === version) found.set(channel, value.at);
  }
}
