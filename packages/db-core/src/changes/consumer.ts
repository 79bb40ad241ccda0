import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import { AmbiguousCommitError, LockTimeoutError, ResyncRequiredError, StatementTimeoutError } from '../errors/index.ts';
import { isPassing } from '../resilience/index.ts';
import { findConsumer, giveLease, insertConsumer, keepPosition, takeLease } from './changes.repository.ts';
import type { ChangeBatch, ChangeFeed, ChangeHandler, ConsumeChanges, ResyncReason } from './contract.ts';
import type { Wakes } from './wakes.ts';

/** A lost wake-up delays by no more. */
export const LONGEST_WAIT_MS = 1000;

/** A server that can't be reached, or a single statement whose outcome isn't known: the next look shows how things are. */
function isDelay(error: unknown): boolean {
  return error instanceof AmbiguousCommitError || isPassing(error);
}

/** Another instance has the lease now, or this one can't know whether its last transaction was kept: look again. */
class LeaseInDoubt extends Error {}

export interface ConsumerParts {
  readonly feed: Pick<ChangeFeed, 'read' | 'position'>;
  readonly system: SystemHandle;
  readonly wakes: Wakes;
}

/**
 * One instance of a named consumer. The lease only saves two instances from doing the same work; what makes each change
 * take effect once is that a position is kept in the transaction of the work, and only for whoever has the lease.
 */
export class Consumer {
  readonly #name: string;
  readonly #handler: ChangeHandler;
  readonly #options: Required<Pick<ConsumeChanges, 'signal' | 'batchSize' | 'leaseMs'>>;
  readonly #onResync: ConsumeChanges['onResync'];
  readonly #parts: ConsumerParts;
  #lease = '';
  #position: string | null = null;
  #renewedAt = 0;

  constructor(name: string, handler: ChangeHandler, options: ConsumeChanges, parts: ConsumerParts) {
    this.#name = name;
    this.#handler = handler;
    this.#options = { batchSize: 500, leaseMs: 10_000, ...options };
    this.#onResync = options.onResync;
    this.#parts = parts;
  }

  /** Works until the signal ends it. What passes by itself, such as a server that is started again, only delays it. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const { wakes } = this.#parts;
    while (!signal.aborted) {
      const { count } = wakes;
      try {
        if (await this.#takeLease()) await this.#workWithLease();
        else await wakes.wait(count, this.#patienceMs, signal);
      } catch (error) {
        if (!isDelay(error)) throw error;
        await sleep(LONGEST_WAIT_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #workWithLease(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      if (!(error instanceof LeaseInDoubt)) throw error;
    } finally {
      await this.#giveLease();
    }
  }

  async #work(): Promise<void> {
    const { signal, batchSize } = this.#options;
    const { feed, wakes } = this.#parts;
    while (!signal.aborted) {
      const { count } = wakes;
      const batch = await this.#next(feed, batchSize);
      if (batch === undefined) continue;
      if (batch.changes.length > 0) await this.#keep(batch.position, () => this.#handler(batch.changes));
      else if (performance.now() - this.#renewedAt > this.#options.leaseMs / 3) await this.#keep(batch.position);
      else this.#position = batch.position;
      if (!batch.more) await wakes.wait(count, this.#patienceMs, signal);
    }
  }

  /** Undefined when the way there was lost and everything has been read anew. */
  async #next(feed: ConsumerParts['feed'], limit: number): Promise<ChangeBatch | undefined> {
    try {
      return await feed.read({ after: this.#position ?? undefined, limit });
    } catch (error) {
      if (!(error instanceof ResyncRequiredError) || this.#onResync === undefined) throw error;
      const onResync = this.#onResync;
      const reason = error.details['reason'] as ResyncReason;
      // The position comes first: what is changed while everything is read comes again afterwards.
      await this.#keep(await feed.position(), () => onResync(reason));
      return undefined;
    }
  }

  /** The position, and the work that leads there. */
  async #keep(position: string, work?: () => Promise<void>): Promise<void> {
    const { leaseMs } = this.#options;
    try {
      await this.#parts.system.transaction(async (system) => {
        const now = new Date();
        const expires = new Date(now.getTime() + leaseMs);
        const { changes } = await system.run(keepPosition, {
          name: this.#name,
          lease: this.#lease,
          position,
          now,
          expires,
        });
        if (changes === 0) throw new LeaseInDoubt();
        await work?.();
      });
    } catch (error) {
      throw error instanceof AmbiguousCommitError ? new LeaseInDoubt() : error;
    }
    this.#position = position;
    this.#renewedAt = performance.now();
  }

  async #takeLease(): Promise<boolean> {
    const now = new Date();
    // Looks before it writes: where another instance is at work, writing would wait for its transaction.
    const held = await this.#parts.system.first(findConsumer, { name: this.#name });
    const heldUntil = held?.lease_expires_at ?? null;
    if (heldUntil !== null && heldUntil >= now) return false;
    if (held === undefined) await this.#parts.system.run(insertConsumer, { name: this.#name, now });
    this.#lease = newId();
    const expires = new Date(now.getTime() + this.#options.leaseMs);
    try {
      const taking = { name: this.#name, lease: this.#lease, now, expires };
      const { rows } = await this.#parts.system.run(takeLease, taking);
      if (rows[0] === undefined) return false;
      this.#position = rows[0].position;
      this.#renewedAt = performance.now();
      return true;
    } catch (error) {
      if (error instanceof StatementTimeoutError || error instanceof LockTimeoutError) return false;
      throw error;
    }
  }

  /** So that the next one needn't wait for its end. Whoever can't lets it run out. */
  async #giveLease(): Promise<void> {
    const given = { name: this.#name, lease: this.#lease, now: new Date() };
    await this.#parts.system.run(giveLease, given).catch(() => undefined);
  }

  get #patienceMs(): number {
    return Math.min(LONGEST_WAIT_MS, this.#options.leaseMs / 4);
  }
}
