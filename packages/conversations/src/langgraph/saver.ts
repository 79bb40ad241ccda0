import type { Database, UserHandle } from '@keelson/db-core';
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
  type SerializerProtocol,
  WRITES_IDX_MAP,
} from '@langchain/langgraph-checkpoint';
import * as checkpoints from '../repositories/checkpoint.repository.ts';
import * as checkpointWrites from '../repositories/checkpoint-write.repository.ts';
import { invalid } from '../schemas/parse.ts';
import { columnsOf } from './data.ts';
import {
  checkedId,
  checkedTask,
  checkpointKey,
  checkpointRange,
  EVERY_ID,
  isWrite,
  type Place,
  placeOf,
  placeToWrite,
  threadRange,
  withWrites,
  writeKey,
} from './keys.ts';
import { merge, pack, type Packed } from './packed.ts';
import { listStored } from './pages.ts';
import { dump } from './serialized.ts';
import { readRow, type State, writeIn } from './stored.ts';
import { configOf, type Reading, tuplesOf } from './tuples.ts';
import { Whereabouts } from './whereabouts.ts';
import { insertWrites } from './write-rows.ts';

/** A graph's configuration, of which savers read `configurable`. */
type Config = Parameters<BaseCheckpointSaver['getTuple']>[0];

export interface KeelsonSaverOptions {
  /** How values become bytes, and values again. Default: LangGraph's own, which writes JSON. */
  readonly serde?: SerializerProtocol;
}

/**
 * Keeps the checkpoints of LangGraph's graphs for one user, beside the user's conversations. Give it to `compile` as the
 * checkpointer. Another user's thread can't be reached, also where it has the same id.
 *
 * Each `put` is one statement: a checkpoint is there with all that is new in it, or not at all. A value that didn't change
 * is not written again. Methods called inside `database.transaction` take part in it.
 *
 * @example
 * ```ts
 * const graph = builder.compile({ checkpointer: new KeelsonSaver(openDatabase(), 'ada') });
 * await graph.invoke({ messages }, { configurable: { thread_id: 'thread-1' } });
 * ```
 */
export class KeelsonSaver extends BaseCheckpointSaver {
  readonly #user: UserHandle;
  readonly #whereabouts: Whereabouts;

  /**
   * Of a user, or through the handle of somebody who acts for one (`acting` of db-core).
   *
   * @throws ValidationError when the user id is empty, longer than 255 characters, or has control characters
   */
  constructor(database: Database, user: string | UserHandle, { serde }: KeelsonSaverOptions = {}) {
    super(serde);
    this.#user = database.forUser(user);
    this.#whereabouts = new Whereabouts(this.#user);
  }

  /** The checkpoint that the config names, or the latest of its thread and namespace; undefined where there is none. */
  override async getTuple(config: Config): Promise<CheckpointTuple | undefined> {
    const place = placeOf(config);
    if (place === undefined) return undefined;
    const { checkpointId } = place;
    const rows =
      checkpointId === undefined
        ? await this.#user.all(checkpoints.findLatestWithWrites, checkpointRange(place, EVERY_ID))
        : await this.#user.all(checkpoints.findWithWrites, withWrites(checkpointKey(place, checkpointId)));
    const row = rows.find(({ id }) => !isWrite(id));
    if (row === undefined) return undefined;
    const stored = await readRow(this.serde, row);
    this.#whereabouts.remember(stored.key, stored.id, stored.state);
    const writes = rows.filter(({ id }) => isWrite(id)).map(writeIn);
    const [tuple] = await tuplesOf(this.#reading, [stored], writes);
    return tuple;
  }

  /**
   * Checkpoints, latest first: of one thread, or of all; of one namespace, or of all. `filter` is what the metadata must
   * contain, also inside objects and lists (PostgreSQL's `@>`).
   */
  override async *list(config: Config, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    for await (const stored of listStored(this.#user, this.serde, config, options)) {
      yield* await tuplesOf(this.#reading, stored);
    }
  }

  /**
   * Stores a checkpoint and the values of the channels in `newVersions`; the others are there already.
   *
   * @throws ValidationError without a thread, or for ids that can't be kept
   */
  override async put(
    config: Config,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<Config> {
    const place = placeToWrite(config);
    const id = checkedId(checkpoint.id);
    const { channel_values: values, ...rest } = checkpoint;
    const isNew = (channel: string): boolean => Object.hasOwn(newVersions, channel);
    const present = Object.entries(rest.channel_versions).filter(([channel]) => Object.hasOwn(values, channel));
    const carried = await this.#whereabouts.find(
      this.serde,
      place,
      new Map(present.filter(([channel]) => !isNew(channel))),
    );
    const changed = Object.entries(values).filter(([channel]) => isNew(channel));
    await this.#store(place, id, { checkpoint: rest, metadata, carried }, await pack(this.serde, changed));
    return configOf(place, id);
  }

  /**
   * Stores what a task wrote. Writes that are there already stay, but for errors, interrupts and the like, of which the last
   * one counts.
   *
   * @throws ValidationError without a thread or a checkpoint
   */
  override async putWrites(
    config: Config,
    writes: readonly PendingWrite[],
    taskId: string,
    taskPath = '',
  ): Promise<void> {
    const rows = await this.#writeRows(placeToWrite(config), writes, checkedTask(taskId), taskPath);
    await insertWrites(this.#user, rows);
  }

  /** Removes every checkpoint of the thread, in all its namespaces, and all that belongs to them. */
  override async deleteThread(threadId: string): Promise<void> {
    const range = threadRange(threadId);
    await this.#user.transaction(async (user) => {
      await user.run(checkpointWrites.deleteInRange, range);
      await user.run(checkpoints.deleteInRange, range);
    });
    this.#whereabouts.forgetAll();
  }

  /**
   * Two branches of a thread go on from the same version. The next one has a random part, so that no version stands for the
   * values of both.
   */
  override getNextVersion(current: number | undefined): number {
    return Math.floor(current ?? 0) + 1 + Math.random();
  }

  get #reading(): Reading {
    return { user: this.#user, serde: this.serde, firstVersion: () => this.getNextVersion(undefined) };
  }

  async #store(place: Place, id: string, said: Omit<State, 'stored'>, values: Packed): Promise<void> {
    const key = checkpointKey(place, id);
    const parentId = place.checkpointId ?? null;
    const state: State = { ...said, stored: values.entries };
    const { changes } = await this.#user.run(checkpoints.insert, {
      ...(await this.#columnsOf(key, parentId, state, values)),
      threadId: place.threadId,
      namespace: place.namespace,
      checkpointId: id,
      now: new Date(),
    });
    if (changes === 0) await this.#storeAgain(key, parentId, said, values);
    else this.#whereabouts.remember(key, id, state);
  }

  /** What is said now counts; values that only the first put had stay, because later checkpoints may refer to them. */
  async #storeAgain(key: string, parentId: string | null, said: Omit<State, 'stored'>, values: Packed): Promise<void> {
    await this.#user.transaction(async (user) => {
      const row = await user.first(checkpoints.findForUpdate, { id: key });
      const both = row === undefined ? values : merge(values, (await readRow(this.serde, row)).values);
      const state: State = { ...said, stored: both.entries };
      await user.run(checkpoints.update, await this.#columnsOf(key, parentId, state, both));
      if (row !== undefined) this.#whereabouts.remember(key, row.checkpoint_id, state);
    });
  }

  async #columnsOf(
    id: string,
    parentId: string | null,
    state: State,
    { data }: Packed,
  ): Promise<checkpoints.StateParams> {
    const said = await dump(this.serde, state);
    const [{ text, bytes }, values] = [columnsOf(said.data), columnsOf(data)];
    return {
      id,
      parentId,
      type: said.type,
      state: text,
      stateBytes: bytes,
      values: values.text,
      valuesBytes: values.bytes,
    };
  }

  async #writeRows(
    place: Place,
    writes: readonly PendingWrite[],
    taskId: string,
    taskPath: string,
  ): Promise<checkpointWrites.WriteRow[]> {
    const { checkpointId } = place;
    if (checkpointId === undefined)
      throw invalid([{ path: 'configurable.checkpoint_id', message: 'is needed: it says what was written to' }]);
    const checkpoint = checkpointKey(place, checkpointId);
    const createdAt = new Date();
    const rows: checkpointWrites.WriteRow[] = [];
    for (const [index, [channel, value]] of writes.entries()) {
      const idx = WRITES_IDX_MAP[channel] ?? index;
      const { type, data } = await dump(this.serde, value);
      const { text, bytes } = columnsOf(data);
      rows.push({
        id: writeKey(checkpoint, taskId, idx),
        task_id: taskId,
        task_path: taskPath,
        idx,
        channel,
        type,
        data: text,
        data_bytes: bytes,
        created_at: createdAt,
      });
    }
    return rows;
  }
}
