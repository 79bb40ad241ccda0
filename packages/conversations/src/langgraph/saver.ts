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
import {
  checkedId,
  checkedTask,
  checkpointKey,
  checkpointRange,
  FIRST_ID,
  LAST_ID,
  type Place,
  placeOf,
  placeToWrite,
  threadRange,
  valueKey,
  writeKey,
} from './keys.ts';
import { listFound } from './pages.ts';
import { dump } from './serialized.ts';
import { complete, configOf, read, type State } from './tuples.ts';
import { invalid } from '../schemas/parse.ts';
import { insertInChunks } from './rows.ts';

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

  /**
   * Of a user, or through the handle of somebody who acts for one (`acting` of db-core).
   *
   * @throws ValidationError when the user id is empty, longer than 255 characters, or has control characters
   */
  constructor(database: Database, user: string | UserHandle, { serde }: KeelsonSaverOptions = {}) {
    super(serde);
    this.#user = database.forUser(user);
  }

  /** The checkpoint that the config names, or the latest of its thread and namespace; undefined where there is none. */
  override async getTuple(config: Config): Promise<CheckpointTuple | undefined> {
    const place = placeOf(config);
    if (place === undefined) return undefined;
    const { checkpointId } = place;
    const row =
      checkpointId === undefined
        ? await this.#user.first(checkpoints.listInNamespace, {
            ...checkpointRange(place, FIRST_ID, LAST_ID),
            limit: 1,
          })
        : await this.#user.first(checkpoints.findById, { id: checkpointKey(place, checkpointId) });
    if (row === undefined) return undefined;
    const [tuple] = await complete(this.#user, this.serde, [await read(this.serde, row)], this.#firstVersion);
    return tuple;
  }

  /**
   * Checkpoints, latest first: of one thread, or of all; of one namespace, or of all. `filter` is what the metadata must
   * contain, also inside objects and lists (PostgreSQL's `@>`).
   */
  override async *list(config: Config, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    for await (const found of listFound(this.#user, this.serde, config, options)) {
      yield* await complete(this.#user, this.serde, found, this.#firstVersion);
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
    const key = checkpointKey(place, id);
    const parentId = place.checkpointId ?? null;
    const { channel_values: values, ...rest } = checkpoint;
    const empty = Object.keys(rest.channel_versions).filter((channel) => !Object.hasOwn(values, channel));
    const state = await dump(this.serde, { checkpoint: rest, metadata, empty } satisfies State);
    const createdAt = new Date();
    const rows: checkpoints.StateRow[] = [
      {
        id: key,
        thread_id: place.threadId,
        checkpoint_ns: place.namespace,
        checkpoint_id: id,
        parent_checkpoint_id: parentId,
        ...state,
        created_at: createdAt,
      },
    ];
    for (const [channel, version] of Object.entries(newVersions)) {
      if (!Object.hasOwn(values, channel)) continue;
      rows.push({
        id: valueKey(place, channel, version),
        thread_id: null,
        checkpoint_ns: null,
        checkpoint_id: null,
        parent_checkpoint_id: null,
        ...(await dump(this.serde, values[channel])),
        created_at: createdAt,
      });
    }
    const inserted = await insertInChunks(this.#user, checkpoints.insertStates, rows);
    // It was put before, or its values were: what it says now counts.
    if (inserted < rows.length) await this.#user.run(checkpoints.update, { id: key, parentId, ...state });
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
    const place = placeToWrite(config);
    const rows = await this.#writeRows(place, writes, checkedTask(taskId), taskPath);
    const kept = rows.filter(({ idx }) => idx >= 0);
    const replaced = rows.filter(({ idx }) => idx < 0);
    if (kept.length === 0 || replaced.length === 0) {
      await insertInChunks(this.#user, checkpoints.insertWrites, kept);
      await insertInChunks(this.#user, checkpoints.upsertWrites, replaced);
      return;
    }
    await this.#user.transaction(async (user) => {
      await insertInChunks(user, checkpoints.insertWrites, kept);
      await insertInChunks(user, checkpoints.upsertWrites, replaced);
    });
  }

  /** Removes every checkpoint of the thread, in all its namespaces, and all that belongs to them. */
  override async deleteThread(threadId: string): Promise<void> {
    const range = threadRange(threadId);
    await this.#user.transaction(async (user) => {
      await user.run(checkpoints.deleteWritesInRange, range);
      await user.run(checkpoints.deleteInRange, range);
    });
  }

  /**
   * Values are found by channel and version. Two branches of a thread go on from the same version, so that the next one is
   * never the same number twice: a later one is greater, and has a random part.
   */
  override getNextVersion(current: number | undefined): number {
    return Math.floor(current ?? 0) + 1 + Math.random();
  }

  readonly #firstVersion = (): number => this.getNextVersion(undefined);

  async #writeRows(
    place: Place,
    writes: readonly PendingWrite[],
    taskId: string,
    taskPath: string,
  ): Promise<checkpoints.WriteRow[]> {
    const { checkpointId } = place;
    if (checkpointId === undefined)
      throw invalid([{ path: 'configurable.checkpoint_id', message: 'is needed: it says what was written to' }]);
    const checkpoint = checkpointKey(place, checkpointId);
    const createdAt = new Date();
    const rows: checkpoints.WriteRow[] = [];
    for (const [index, [channel, value]] of writes.entries()) {
      const idx = WRITES_IDX_MAP[channel] ?? index;
      rows.push({
        id: writeKey(place, checkpointId, taskId, idx),
        checkpoint,
        task_id: taskId,
        task_path: taskPath,
        idx,
        channel,
        ...(await dump(this.serde, value)),
        created_at: createdAt,
      });
    }
    return rows;
  }
}
