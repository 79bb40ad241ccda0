import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseConfig } from '../config/index.ts';
import type { Engine, MaybePromise, Row } from '../engine/contract.ts';
import { createReplicaEngine, createWatchEngine } from '../engine/create.ts';
import {
  ConfigurationError,
  CorruptDatabaseError,
  DatabaseClosedError,
  DatabaseNotFoundError,
  PoolExhaustedError,
  StatementTimeoutError,
} from '../errors/index.ts';
import type { DatabaseEvent } from '../events/events.ts';
import { isConnectionFault, isDatabaseAnswer } from '../resilience/index.ts';
import { WriteMarks } from './marks.ts';
import { Replica, type ReplicaFigures } from './replica.ts';
import { serverState } from './server.ts';

export interface ReplicasOptions {
  readonly config: DatabaseConfig;
  readonly applicationName: string;
  /** Makes an engine for a replica ready for what users ask of it. */
  readonly prepare: (engine: Engine) => Promise<void>;
  readonly emit: (event: DatabaseEvent) => void;
}

/** Whoever wrote reads from the primary for about as long; what it costs is one small question to each server. */
const LOOK_EVERY_MS = 100;
/** So often within the time that a replica may be behind, at least. */
const LOOKS_PER_LAG = 5;
/** After this long without a read nobody looks any more. */
const IDLE_MS = 10_000;
/** How long a look that was asked for follows a replica that isn't quite there. */
const SETTLE_MS = 1000;

/** The replicas that users' reads may go to. They are looked at while somebody reads, from connections of their own. */
export class Replicas {
  readonly #replicas: readonly Replica[];
  readonly #watch: Engine;
  readonly #marks = new WriteMarks();
  readonly #maxLagMs: number;
  readonly #everyMs: number;
  /** Whoever happens to read first is not whom the looks are done for: not in its transaction, not in its request. */
  readonly #outside = AsyncLocalStorage.snapshot();
  readonly #closing = new AbortController();
  /** The primary's, to notice that another server took its place. */
  #history: string | undefined;
  #wantedAt = 0;
  #isWatching = false;

  constructor({ config, applicationName, prepare, emit }: ReplicasOptions) {
    const { replicas, maxLagMs } = config.read;
    const options = {
      applicationName,
      onConnectionError: (error: Error) => emit({ type: 'connection-error', error }),
    };
    // A replica tells by its state when its connections break.
    const quiet = { applicationName, onConnectionError: () => undefined };
    this.#maxLagMs = maxLagMs;
    this.#everyMs = Math.min(LOOK_EVERY_MS, maxLagMs / LOOKS_PER_LAG);
    this.#watch = createWatchEngine(config, { url: config.target.url, ssl: config.ssl }, options);
    this.#replicas = replicas.map(
      (replica) =>
        new Replica({
          config: replica,
          maxLagMs,
          openReads: () => createReplicaEngine(config, replica, quiet),
          prepareReads: prepare,
          openWatch: () => createWatchEngine(config, { url: replica.target.url, ssl: replica.ssl }, quiet),
          onState: ({ location, state, reason }) =>
            emit({ type: 'replica', location, state, ...(reason === null ? {} : { reason }) }),
        }),
    );
  }

  /** To be called before whoever wrote is told so: from then on this user, or everybody, is to see it. */
  wrote(userId?: string): void {
    this.#marks.wrote(userId);
  }

  /** Runs a read on a replica; undefined when the primary has to do it, because none fits or the one that did failed. */
  async read<T>(userId: string, work: (engine: Engine) => MaybePromise<T>): Promise<{ readonly value: T } | undefined> {
    const choice = this.#choose(userId);
    if (choice === undefined) return undefined;
    try {
      const value = await work(choice.engine);
      choice.replica.served();
      return { value };
    } catch (error) {
      if (!mayDoBetter(error)) throw error;
      choice.replica.failed(error);
      return undefined;
    }
  }

  /**
   * Rows from a replica; returns false when the primary has to give them. One that fails after the first rows can't be
   * replaced: the primary's rows might be others.
   */
  async *stream(
    userId: string,
    open: (engine: Engine) => AsyncIterableIterator<Row[]>,
  ): AsyncGenerator<Row[], boolean, undefined> {
    const choice = this.#choose(userId);
    if (choice === undefined) return false;
    let isBegun = false;
    const begin = (): void => {
      if (!isBegun) choice.replica.served();
      isBegun = true;
    };
    try {
      for await (const rows of open(choice.engine)) {
        begin();
        yield rows;
      }
    } catch (error) {
      if (isBegun || !mayDoBetter(error)) throw error;
      choice.replica.failed(error);
      return false;
    }
    begin();
    return true;
  }

  figures(): readonly ReplicaFigures[] {
    const now = performance.now();
    return this.#replicas.map((replica) => replica.figures(now));
  }

  /** Looks at every replica now, and for a moment follows one that is on its way. */
  async inspect(): Promise<readonly ReplicaFigures[]> {
    const until = performance.now() + Math.min(SETTLE_MS, this.#maxLagMs);
    for (;;) {
      try {
        await Promise.all(await this.#look());
      } catch (error) {
        this.#primaryFailed(error);
        return this.figures();
      }
      if (performance.now() >= until || this.#replicas.every(({ state }) => state !== 'joining')) return this.figures();
      await sleep(this.#everyMs);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#watch.close(), ...this.#replicas.map((replica) => replica.close())]);
  }

  get #signal(): AbortSignal {
    return this.#closing.signal;
  }

  #choose(userId: string): { readonly replica: Replica; readonly engine: Engine } | undefined {
    const now = performance.now();
    this.#wantedAt = now;
    if (!this.#isWatching && !this.#signal.aborted) this.#outside(() => void this.#keepWatch());
    const needed = this.#marks.neededBy(userId);
    const count = this.#replicas.length;
    // The same one each time, as long as it fits: on another one time might seem to go back.
    const first = count === 1 ? 0 : placeOf(userId) % count;
    for (let index = 0; index < count; index += 1) {
      const replica = this.#replicas[(first + index) % count];
      const engine = replica?.readsFor(needed, now);
      if (replica !== undefined && engine !== undefined) return { replica, engine };
    }
    return undefined;
  }

  async #keepWatch(): Promise<void> {
    this.#isWatching = true;
    const signal = this.#signal;
    while (!signal.aborted && performance.now() - this.#wantedAt < IDLE_MS) {
      try {
        // A replica that is slow to answer doesn't hold up the others.
        void (await this.#look());
      } catch (error) {
        this.#primaryFailed(error);
      }
      // The process may end meanwhile.
      await sleep(this.#everyMs, undefined, { ref: false, signal }).catch(() => undefined);
    }
    this.#isWatching = false;
  }

  /** Asks the primary where it stands, then the replicas how far they are. Gives their answers, which may take longer. */
  async #look(): Promise<readonly Promise<void>[]> {
    const look = { number: this.#marks.look(), at: performance.now() };
    await this.#watch.open();
    const primary = await serverState(this.#watch);
    if (this.#signal.aborted) return [];
    if (primary.isStandby) throw new ConfigurationError('The server of DATABASE_URL is a standby itself.');
    const isAnother = this.#history !== undefined && this.#history !== primary.history;
    this.#history = primary.history;
    if (isAnother) {
      // Places in the old server's log mean nothing in this one's.
      this.#marks.wrote();
      for (const replica of this.#replicas) replica.reset();
      return [];
    }
    const answers = this.#replicas.map((replica) => replica.look({ ...look, primary }));
    // One that was left has reached nothing, and comes back with a later look than all these.
    const reached = this.#replicas.map((replica) => replica.reached).filter((number) => number > 0);
    if (reached.length > 0) this.#marks.reached(Math.min(...reached));
    return answers;
  }

  #primaryFailed(error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    for (const replica of this.#replicas) replica.primaryFailed(`The primary does not say where it stands: ${said}`);
  }
}

/** What else may be wrong with the replica alone: full, left and so closed, wrongly addressed, damaged. */
const OWN_FAULTS = [
  PoolExhaustedError,
  DatabaseClosedError,
  ConfigurationError,
  DatabaseNotFoundError,
  CorruptDatabaseError,
];

/** May the primary do what this failed to do? A statement that took too long here would take as long there. */
function mayDoBetter(error: unknown): boolean {
  if (error instanceof StatementTimeoutError) return false;
  return isConnectionFault(error) || isDatabaseAnswer(error) || OWN_FAULTS.some((fault) => error instanceof fault);
}

/** A number from a user's id, the same each time. */
function placeOf(userId: string): number {
  let hash = 0;
  for (let index = 0; index < userId.length; index += 1) hash = (Math.imul(hash, 31) + userId.charCodeAt(index)) >>> 0;
  return hash;
}
