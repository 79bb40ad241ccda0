import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseClosedError, ResyncRequiredError } from '../errors/index.ts';
import { LONGEST_WAIT_MS } from './consumer.ts';
import type { ChangeFeed, ChangeSubscription, SubscribeChanges } from './contract.ts';
import type { Wakes } from './wakes.ts';

const BATCH = 1000;
/** Who is behind by more has less work in beginning anew. */
const MOST_BATCHES = 20;

export interface SubscriptionParts {
  readonly feed: Pick<ChangeFeed, 'read' | 'position'>;
  readonly wakes: Wakes;
  readonly signal: AbortSignal;
}

/** One look at the feed at a time; whoever asks while one is under way shares the next one. */
export class Subscription implements ChangeSubscription {
  readonly #options: SubscribeChanges;
  readonly #parts: SubscriptionParts;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #done: Promise<void>;
  #position: string;
  #currentAt: number;
  #looking: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(
    begin: { readonly at: number; readonly position: string },
    options: SubscribeChanges,
    parts: SubscriptionParts,
  ) {
    this.#position = begin.position;
    this.#currentAt = begin.at;
    this.#options = options;
    this.#parts = parts;
    this.#signal = AbortSignal.any([parts.signal, this.#closing.signal]);
    this.#done = this.#follow();
  }

  get currentAt(): number {
    return this.#currentAt;
  }

  catchUp(): Promise<void> {
    if (this.#signal.aborted) return Promise.reject(new DatabaseClosedError('The change feed is closed.'));
    // The look that is under way may have begun before the caller's commit.
    if (this.#looking === undefined) return this.#begin();
    this.#next ??= this.#looking.catch(() => undefined).then(() => this.#begin());
    return this.#next;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { feed } = this.#parts;
    try {
      for (let count = 0; count < MOST_BATCHES; count += 1) {
        const at = performance.now();
        const batch = await feed.read({ after: this.#position, limit: BATCH });
        this.#position = batch.position;
        if (batch.changes.length > 0) this.#options.onChanges(batch);
        if (!batch.more) {
          this.#currentAt = at;
          return;
        }
      }
    } catch (error) {
      if (!(error instanceof ResyncRequiredError)) throw error;
    }
    const at = performance.now();
    this.#position = await feed.position();
    this.#options.onMissed(this.#position);
    this.#currentAt = at;
  }

  async #follow(): Promise<void> {
    const { wakes } = this.#parts;
    const release = wakes.use();
    try {
      while (!this.#signal.aborted) {
        const { count } = wakes;
        const isTold = await this.catchUp().then(
          () => true,
          () => false,
        );
        if (isTold) await wakes.wait(count, LONGEST_WAIT_MS, this.#signal);
        else await sleep(LONGEST_WAIT_MS, undefined, { signal: this.#signal }).catch(() => undefined);
      }
    } finally {
      await release();
    }
  }
}
