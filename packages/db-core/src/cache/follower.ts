import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeFeed, ChangeSubscription, SubscribeChanges } from '../changes/contract.ts';
import type { Kernel } from '../database/kernel.ts';

/** The feed is looked at once a second at least; what is kept counts for nothing once it has said nothing for so long. */
const TRUSTED_MS = 3000;
/** A caller who would wait longer than this for the feed is better served by the database itself. */
const CATCH_UP_MS = 50;
const RETRY_MS = 1000;
const MANY_WRITERS = 1000;

/** Knows whether all that may have changed what is kept has been told. */
export class Follower {
  readonly #kernel: Kernel;
  readonly #changes: ChangeFeed;
  readonly #options: SubscribeChanges;
  /** When this process last wrote a user's rows, and when it wrote without saying whose. */
  readonly #writtenAt = new Map<string, number>();
  #anyWrittenAt = -Infinity;
  #subscription: ChangeSubscription | undefined;
  #starting: Promise<void> | undefined;
  #failedAt = -Infinity;
  #unlisten: (() => void) | undefined;
  #isClosed = false;

  constructor(kernel: Kernel, changes: ChangeFeed, options: SubscribeChanges) {
    this.#kernel = kernel;
    this.#changes = changes;
    this.#options = options;
  }

  /** When this process last wrote what may be this user's. */
  writtenAt(userId: string): number {
    return Math.max(this.#anyWrittenAt, this.#writtenAt.get(userId) ?? -Infinity);
  }

  /** All that was committed before this moment is known, by `performance.now()`. */
  get currentAt(): number {
    return this.#subscription?.currentAt ?? -Infinity;
  }

  isCurrent(userId: string): boolean {
    const { currentAt } = this;
    return this.writtenAt(userId) < currentAt && performance.now() - currentAt <= TRUSTED_MS;
  }

  /** Asks the feed where needed. Doesn't wait for long, and never throws. */
  async makeCurrent(userId: string): Promise<boolean> {
    if (this.#isClosed) return false;
    if (this.#subscription === undefined) {
      if (performance.now() - this.#failedAt < RETRY_MS) return false;
      this.#starting ??= this.#start();
      await this.#starting;
    }
    if (this.isCurrent(userId)) return true;
    const caughtUp = this.#subscription?.catchUp().catch(() => undefined);
    await Promise.race([caughtUp, sleep(CATCH_UP_MS, undefined, { ref: false })]);
    return this.isCurrent(userId);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unlisten?.();
    await this.#starting;
    await this.#subscription?.close();
    this.#subscription = undefined;
  }

  async #start(): Promise<void> {
    // Before the position is taken: a write between the two is in what follows it.
    this.#unlisten ??= this.#kernel.commits.listen((userId) => this.#wrote(userId));
    try {
      this.#subscription = await this.#kernel.transactions.outside(() => this.#changes.subscribe(this.#options));
    } catch {
      // Whoever asked goes to the database, and is told there what is wrong.
      this.#failedAt = performance.now();
    } finally {
      this.#starting = undefined;
    }
  }

  #wrote(userId: string | undefined): void {
    const now = performance.now();
    if (userId === undefined) this.#anyWrittenAt = now;
    else this.#writtenAt.set(userId, now);
    if (this.#writtenAt.size > MANY_WRITERS) this.#forgetWriters();
  }

  /** Those whose writes have been told; without the feed's word on any, everybody is one who wrote. */
  #forgetWriters(): void {
    const { currentAt } = this;
    for (const [userId, at] of this.#writtenAt) if (at < currentAt) this.#writtenAt.delete(userId);
    if (this.#writtenAt.size <= MANY_WRITERS) return;
    this.#writtenAt.clear();
    this.#anyWrittenAt = performance.now();
  }
}
