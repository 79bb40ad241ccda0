import { setTimeout as sleep } from 'node:timers/promises';
import { SystemHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import type { Kernel } from '../database/kernel.ts';
import { parseUserId } from '../database/user-id.ts';
import { ResyncRequiredError, ValidationError } from '../errors/index.ts';
import { isPassing } from '../resilience/index.ts';
import { OPERATIONS } from '../schema/tracking.ts';
import { Consumer, LONGEST_WAIT_MS } from './consumer.ts';
import { insertConsumer, listConsumers, removeConsumer, setReported } from './changes.repository.ts';
import type {
  Change,
  ChangeBatch,
  ChangeConsumer,
  ChangeFeed,
  ChangeHandler,
  ChangeSubscription,
  ConsumeChanges,
  FollowBatches,
  FollowChanges,
  PruneChanges,
  ReadChanges,
  ReportedConsumer,
  ResyncReason,
  SubscribeChanges,
} from './contract.ts';
import { type Follower, Followers } from './followers.ts';
import type { ChangeLog, LogEntry } from './log.ts';
import { decodePosition, encodePosition } from './position.ts';
import { PostgresChangeLog } from './postgres/log.ts';
import { Retention } from './retention.ts';
import { SqliteChangeLog } from './sqlite/log.ts';
import { Subscription } from './subscription.ts';
import { Wakes } from './wakes.ts';

const LIMIT = 500;
const MOST = 5000;
const MOST_CONSUMERS = 1000;
const MOST_BEHIND = 10_000;
const MINUTE_MS = 60_000;
/** Who follows a user hears of their position so often, so that coming back finds little to pass over. */
const IDLE_MS = 15_000;
const FIRST_PRUNE_MS = 10 * MINUTE_MS;
const PRUNE_EVERY_MS = 60 * MINUTE_MS;

const OPERATION_NAMES = new Map(
  Object.entries(OPERATIONS).map(([name, number]) => [number, name as Change['operation']]),
);

/** Where following begins, and what ends it. */
interface From {
  readonly position: string;
  readonly signal: AbortSignal;
  readonly idleMs: number | undefined;
}

/** The change feed of one database. */
export class Changes implements ChangeFeed {
  readonly #kernel: Kernel;
  readonly #log: ChangeLog;
  readonly #wakes: Wakes;
  readonly #closing = new AbortController();
  #pruneAt = performance.now() + FIRST_PRUNE_MS;
  #pruning: Promise<unknown> | undefined;
  readonly #followers = new Followers((options) => this.#subscribe(options));

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#log = kernel.engine.kind === 'sqlite' ? new SqliteChangeLog(kernel) : new PostgresChangeLog(kernel);
    this.#wakes = new Wakes(kernel);
    kernel.commits.listen(() => this.#pruneIfDue());
  }

  async position(): Promise<string> {
    return this.#position(undefined);
  }

  async #position(userId: string | undefined): Promise<string> {
    await this.#kernel.whenReady();
    const position = encodePosition(await this.#outside(() => this.#log.end()));
    this.#showAll(userId);
    return position;
  }

  async read(options: ReadChanges = {}): Promise<ChangeBatch> {
    this.#tellScope(options.userId);
    this.#showAll(options.userId);
    return this.#read(options);
  }

  async #read({ after, limit = LIMIT, userId }: ReadChanges): Promise<ChangeBatch> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
      throw new ValidationError(`A batch of changes has from 1 to ${MOST}.`);
    await this.#kernel.whenReady();
    const page = await this.#outside(() =>
      this.#log.read({
        after: after === undefined ? undefined : decodePosition(after),
        limit,
        userId: userId === undefined ? undefined : parseUserId(userId),
      }),
    );
    const changes = page.entries.map(toChange);
    for (const change of changes) this.#showAll(change.userId);
    return { changes, position: encodePosition(page.position), more: page.more };
  }

  async *follow(options: FollowChanges = {}): AsyncIterableIterator<Change> {
    for await (const { changes } of this.batches(options)) {
      for (const change of changes) {
        if (options.signal?.aborted === true) return;
        yield change;
      }
    }
  }

  async *batches({ after, signal, userId, idleMs }: FollowBatches = {}): AsyncIterableIterator<ChangeBatch> {
    this.#tellScope(userId);
    const ending = this.#ending(signal);
    this.#showAll(userId);
    let position = after;
    while (position === undefined && !ending.aborted)
      position = await this.#patiently(() => this.#position(userId), ending);
    if (position === undefined || ending.aborted) return;
    const from = { position, signal: ending, idleMs };
    if (userId === undefined) yield* this.#followAll(from);
    else yield* this.#followUser(userId, from);
  }

  async *#followAll({ position: begin, signal, idleMs = Infinity }: From): AsyncIterableIterator<ChangeBatch> {
    const release = this.#wakes.use();
    let position = begin;
    let toldAt = performance.now();
    try {
      while (!signal.aborted) {
        const { count } = this.#wakes;
        const batch = await this.#patiently(() => this.#read({ after: position }), signal);
        if (batch === undefined) continue;
        position = batch.position;
        if (batch.changes.length > 0 || performance.now() - toldAt >= idleMs) {
          yield batch;
          toldAt = performance.now();
        }
        if (!batch.more) await this.#wakes.wait(count, Math.min(LONGEST_WAIT_MS, idleMs), signal);
      }
    } finally {
      await release();
    }
  }

  /** Others' changes cost nothing here: only when the user has some, they are read. */
  async *#followUser(
    userId: string,
    { position: begin, signal, idleMs = IDLE_MS }: From,
  ): AsyncIterableIterator<ChangeBatch> {
    let follower: Follower | undefined;
    while (follower === undefined && !signal.aborted)
      follower = await this.#patiently(() => this.#followers.join(userId), signal);
    if (follower === undefined) return;
    let position = begin;
    try {
      while (!signal.aborted) {
        follower.isTold = false;
        const batch = await this.#patiently(() => this.#read({ after: position, userId }), signal);
        if (batch !== undefined) {
          position = batch.position;
          if (batch.changes.length > 0) yield batch;
        }
        if (batch === undefined || batch.more) continue;
        for (;;) {
          await follower.wait(idleMs, signal);
          if (follower.isTold || signal.aborted) break;
          const reached = await this.#patiently(() => follower.reached(), signal);
          if (reached === undefined) continue;
          position = reached;
          yield { changes: [], position, more: false };
        }
      }
    } finally {
      await follower.leave();
    }
  }

  async consume(name: string, handler: ChangeHandler, options: ConsumeChanges): Promise<void> {
    await this.#kernel.whenReady();
    this.#kernel.emit({ type: 'system-access', reason: `the change consumer ${name}` });
    this.#showAll(undefined);
    const signal = this.#ending(options.signal);
    const release = this.#wakes.use();
    const feed = {
      read: (wanted: ReadChanges): Promise<ChangeBatch> => this.#read(wanted),
      position: (): Promise<string> => this.position(),
    };
    const parts = { feed, system: new SystemHandle(this.#kernel), wakes: this.#wakes };
    try {
      await this.#outside(() => new Consumer(name, handler, { ...options, signal }, parts).run());
    } finally {
      await release();
    }
  }

  async subscribe(options: SubscribeChanges): Promise<ChangeSubscription> {
    this.#tellScope(undefined);
    return (await this.#subscribe(options)).subscription;
  }

  async #subscribe(options: SubscribeChanges): Promise<{ subscription: ChangeSubscription; position: string }> {
    const at = performance.now();
    const position = await this.position();
    const feed = {
      read: (wanted: ReadChanges): Promise<ChangeBatch> => this.#read(wanted),
      position: (): Promise<string> => this.position(),
    };
    const parts = { feed, wakes: this.#wakes, signal: this.#closing.signal };
    const subscription = this.#outside(() => new Subscription({ at, position }, options, parts));
    return { subscription, position };
  }

  async report(name: string, { position, forMs }: ReportedConsumer): Promise<void> {
    decodePosition(position);
    const now = new Date();
    const until = forMs > 0 ? new Date(now.getTime() + forMs) : null;
    const system = this.#systemFor(`the change consumer ${name}`);
    await this.#outside(() =>
      system.transaction(async () => {
        await system.run(insertConsumer, { name, now });
        await system.run(setReported, { name, position, until, now });
      }),
    );
  }

  async consumers(): Promise<readonly ChangeConsumer[]> {
    await this.#kernel.whenReady();
    return this.#outside(async () => {
      const rows = await this.#systemFor('the consumers of changes').all(listConsumers, {
        after: '',
        limit: MOST_CONSUMERS,
      });
      const consumers: ChangeConsumer[] = [];
      for (const { name, position, lease_expires_at: leased, updated_at: updatedAt } of rows) {
        const isRunning = leased !== null && leased > new Date();
        consumers.push({ name, isRunning, updatedAt, ...(await this.#lagOf(position)) });
      }
      return consumers;
    });
  }

  async removeConsumer(name: string): Promise<boolean> {
    const { changes } = await this.#systemFor('removing a consumer of changes').run(removeConsumer, { name });
    return changes > 0;
  }

  prune(options: PruneChanges = {}): Promise<number> {
    return new Retention(this.#kernel, this.#systemFor('removing old changes')).prune(options);
  }

  startEpoch(): Promise<void> {
    return new Retention(this.#kernel, this.#systemFor('a new epoch of the change feed')).startEpoch(newId());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pruning;
    await this.#wakes.close();
  }

  async #lagOf(position: string | null): Promise<Pick<ChangeConsumer, 'behind' | 'lagMs' | 'resync'>> {
    try {
      const after = position === null ? undefined : decodePosition(position);
      const { entries, oldest } = await this.#log.rest(after, MOST_BEHIND);
      const lagMs = oldest === null ? 0 : Math.max(0, Date.now() - oldest.getTime());
      return { behind: entries, lagMs, resync: null };
    } catch (error) {
      if (!(error instanceof ResyncRequiredError)) throw error;
      return { behind: null, lagMs: null, resync: error.details['reason'] as ResyncReason };
    }
  }

  /** Whoever writes for long also clears away, so that nothing else need run for the log to stay bounded. */
  #pruneIfDue(): void {
    if (performance.now() < this.#pruneAt) return;
    this.#pruneAt = performance.now() + PRUNE_EVERY_MS;
    // What fails now is tried again in an hour, and harms nobody until then.
    this.#pruning = this.#outside(() => this.prune()).catch(() => undefined);
  }

  /** Whoever knows of a change may look for it, and must not find what a replica had before. */
  #showAll(userId: string | undefined): void {
    this.#kernel.replicas?.wrote(userId);
  }

  /** Without a user everybody's changes are seen, as through the system handle. */
  #tellScope(userId: string | undefined): void {
    if (userId === undefined) this.#kernel.emit({ type: 'system-access', reason: "reading everybody's changes" });
  }

  #systemFor(reason: string): SystemHandle {
    this.#kernel.emit({ type: 'system-access', reason });
    return new SystemHandle(this.#kernel);
  }

  /** Not in the caller's transaction: it would see its own changes, which may be rolled back yet. */
  #outside<T>(work: () => T): T {
    return this.#kernel.transactions.outside(work);
  }

  #ending(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  /** What passes by itself only delays; undefined then. */
  async #patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!isPassing(error)) throw error;
      await sleep(LONGEST_WAIT_MS, undefined, { signal }).catch(() => undefined);
      return undefined;
    }
  }
}

function toChange({ row, position }: LogEntry): Change {
  return {
    position: encodePosition(position),
    table: String(row['table']),
    operation: OPERATION_NAMES.get(row['operation'] as number as 1) ?? 'update',
    key: String(row['key']),
    userId: String(row['user_id']),
    at: row['at'] as Date,
  };
}
