import type { ReplicaConfig } from '../config/index.ts';
import type { Engine, PoolFigures } from '../engine/contract.ts';
import { ConfigurationError, ConnectionFailedError, ConnectionTimeoutError } from '../errors/index.ts';
import type { ReplicaState } from '../events/events.ts';
import { backoffDelay } from '../resilience/index.ts';
import { hasReplayed, type ServerState, serverState } from './server.ts';

/** What a look at the primary found. */
export interface Look {
  readonly number: number;
  /** When it was asked, by `performance.now()`: whatever was committed before is in it. */
  readonly at: number;
  readonly primary: ServerState;
}

/** How one replica is. */
export interface ReplicaFigures {
  /** `host:port/database` */
  readonly location: string;
  readonly state: ReplicaState;
  /** Why it isn't used; null when it is. */
  readonly reason: string | null;
  /** How old what it shows may be, in milliseconds; null while that isn't known. Nobody reading lets it grow. */
  readonly lagMs: number | null;
  /** How much of the primary's log it had yet to replay when it was looked at last. */
  readonly lagBytes: number | null;
  /** Reads that it answered. */
  readonly reads: number;
  /** Reads that it failed and the primary answered. */
  readonly fallbacks: number;
  readonly pool: PoolFigures;
}

export interface ReplicaOptions {
  readonly config: ReplicaConfig;
  readonly maxLagMs: number;
  readonly openReads: () => Engine;
  /** Makes such an engine ready for what users ask of it. */
  readonly prepareReads: (engine: Engine) => Promise<void>;
  readonly openWatch: () => Engine;
  readonly onState: (replica: Replica) => void;
}

/** Whoever takes this long to say where it stands is given nothing else to do. */
const SLOW_MS = 1000;
/** More looks than this that a replica hasn't reached needn't be told apart. */
const MOST_PENDING = 256;
const TRY_AGAIN = { baseDelayMs: 1000, maxDelayMs: 30_000 };
const REFUSALS = [ConnectionFailedError, ConnectionTimeoutError, ConfigurationError];
const NO_CONNECTIONS: PoolFigures = { size: 0, inUse: 0, idle: 0, waiting: 0 };

/** One replica: what is known of it, and the connections to it. */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #watch: Engine;
  #reads: Engine | undefined;
  #areReadsReady = false;
  /** Engines that were left and are still closing. */
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;
  #state: ReplicaState = 'joining';
  #reason: string | null = null;
  /** Looks at the primary that it hasn't reached yet, the oldest first. */
  readonly #pending: Look[] = [];
  #reached: Look | undefined;
  #lagBytes: number | null = null;
  #looking: Promise<void> | undefined;
  /** Since when its answer is waited for. */
  #askedAt: number | undefined;
  #failures = 0;
  #tryAt = 0;
  #served = 0;
  #fallbacks = 0;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#watch = options.openWatch();
  }

  get location(): string {
    return this.#options.config.target.location;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get reason(): string | null {
    return this.#reason;
  }

  /** The newest look that it has reached. */
  get reached(): number {
    return this.#reached?.number ?? 0;
  }

  /** Where to read what the look `needed` found, or later; undefined when it may not have that, or be too old. */
  readsFor(needed: number, now: number): Engine | undefined {
    if (this.#state !== 'following' || this.#reached === undefined) return undefined;
    if (this.#reached.number < needed || now - this.#reached.at > this.#options.maxLagMs) return undefined;
    if (this.#askedAt !== undefined && now - this.#askedAt > SLOW_MS) return undefined;
    if (this.#reads === undefined) void this.#openReads();
    return this.#areReadsReady ? this.#reads : undefined;
  }

  served(): void {
    this.#served += 1;
  }

  /** A read had to be repeated on the primary. */
  failed(error: unknown): void {
    this.#fallbacks += 1;
    // A connection that broke says little of the server; the next one tells whether it is there.
    if (REFUSALS.some((refusal) => error instanceof refusal)) this.leave('unreachable', reasonOf(error));
  }

  /** The primary doesn't say where it stands, so that what is known of the replica only gets older. */
  primaryFailed(reason: string): void {
    const isRecent = this.#reached !== undefined && performance.now() - this.#reached.at <= this.#options.maxLagMs;
    if (isRecent || (this.#state !== 'following' && this.#state !== 'behind' && this.#state !== 'joining')) return;
    this.#become('joining', reason);
  }

  /** Nobody reads from it until a later look says that it is all right again. */
  leave(state: Exclude<ReplicaState, 'following'>, reason: string): void {
    this.#reached = undefined;
    this.#lagBytes = null;
    this.#pending.length = 0;
    this.#closeReads();
    this.#failures += 1;
    // At least half of it, so that whoever has just failed isn't asked at once.
    this.#tryAt = performance.now() + backoffDelay(this.#failures, TRY_AGAIN, (1 + Math.random()) / 2);
    this.#become(state, reason);
  }

  /** Finds out how far it is. Resolves when it is known, or when it is left alone for now. */
  look(look: Look): Promise<void> {
    if (performance.now() < this.#tryAt || this.#isClosed) return this.#looking ?? Promise.resolve();
    // The newest stays the newest: what lies between needn't be told apart.
    if (this.#pending.length >= MOST_PENDING) this.#pending.pop();
    this.#pending.push(look);
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** The primary isn't the one that it was: nothing that was found of it before holds. */
  reset(): void {
    this.#pending.length = 0;
    this.#reached = undefined;
    this.#tryAt = 0;
    if (this.#state === 'following') this.#become('joining', null);
  }

  figures(now: number): ReplicaFigures {
    return {
      location: this.location,
      state: this.#state,
      reason: this.#reason,
      lagMs: this.#reached === undefined ? null : Math.round(now - this.#reached.at),
      lagBytes: this.#lagBytes,
      reads: this.#served,
      fallbacks: this.#fallbacks,
      pool: this.#reads?.pool() ?? NO_CONNECTIONS,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closeReads();
    this.#state = 'joining';
    await this.#watch.close();
    await Promise.all(this.#closing);
  }

  async #look(): Promise<void> {
    try {
      this.#askedAt = performance.now();
      await this.#watch.open();
      const own = await serverState(this.#watch);
      const newest = this.#pending.at(-1);
      if (newest !== undefined && !this.#isClosed) this.#judge(own, newest.primary);
    } catch (error) {
      if (!this.#isClosed) this.leave('unreachable', reasonOf(error));
    } finally {
      this.#askedAt = undefined;
    }
  }

  #judge(own: ServerState, primary: ServerState): void {
    if (!own.isStandby) {
      this.leave('not-a-replica', 'It takes writes itself: it was promoted, or never was a replica.');
      return;
    }
    if (own.history !== primary.history) {
      this.leave(
        'foreign',
        `It follows another server or history (${own.history}) than the primary's (${primary.history}).`,
      );
      return;
    }
    this.#failures = 0;
    this.#lagBytes = Math.max(0, primary.position - own.position);
    for (let first = this.#pending[0]; first !== undefined; first = this.#pending[0]) {
      if (!hasReplayed(own.position, first.primary.position)) break;
      this.#reached = this.#pending.shift();
    }
    this.#judgeLag();
  }

  #judgeLag(): void {
    const { maxLagMs } = this.#options;
    const since = this.#reached?.at ?? this.#pending[0]?.at;
    const isLate = since !== undefined && performance.now() - since > maxLagMs;
    if (isLate) this.#become('behind', `It is more than ${maxLagMs} ms behind the primary.`);
    else if (this.#reached !== undefined) this.#become('following', null);
  }

  #become(state: ReplicaState, reason: string | null): void {
    const isNew = state !== this.#state;
    this.#state = state;
    this.#reason = reason;
    if (isNew) this.#options.onState(this);
  }

  async #openReads(): Promise<void> {
    const engine = this.#options.openReads();
    this.#reads = engine;
    try {
      await this.#options.prepareReads(engine);
      if (this.#reads === engine) this.#areReadsReady = true;
    } catch (error) {
      if (this.#reads === engine) this.leave('unreachable', reasonOf(error));
    }
  }

  #closeReads(): void {
    const reads = this.#reads;
    this.#reads = undefined;
    this.#areReadsReady = false;
    if (reads === undefined) return;
    const closed = reads.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
