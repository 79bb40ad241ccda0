import type { Kernel } from '../database/kernel.ts';
import type { CommitWatch } from '../engine/contract.ts';

/** Commits that follow each other closely are read together: a look costs more than most of them. */
const GATHER_MS = 2;

/**
 * Wakes those who wait for changes: at once after a commit of this process, soon after one of another. Nothing is watched
 * while nobody waits.
 */
export class Wakes {
  readonly #kernel: Kernel;
  readonly #waiting = new Set<() => void>();
  #users = 0;
  #watch: CommitWatch | undefined;
  #unlisten: (() => void) | undefined;
  #count = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** How many times anybody was woken: a reader that notes it before it reads misses no wake-up while it does. */
  get count(): number {
    return this.#count;
  }

  /** Begins to watch; gives what ends it. */
  use(): () => Promise<void> {
    this.#users += 1;
    if (this.#users === 1) {
      const wake = (): void => this.#wake();
      this.#watch = this.#kernel.engine.watchCommits(wake);
      this.#unlisten = this.#kernel.commits.listen(wake);
    }
    let isUsed = true;
    return async () => {
      if (!isUsed) return;
      isUsed = false;
      this.#users -= 1;
      if (this.#users === 0) await this.close();
    };
  }

  /** Waits until somebody has been woken since `count`, but no longer than `ms`, and not after the signal. */
  async wait(count: number, ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const wake = (): void => {
        this.#waiting.delete(wake);
        clearTimeout(timer);
        timer = setTimeout(end, GATHER_MS);
      };
      let timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
      if (this.#count === count) this.#waiting.add(wake);
      else wake();
    });
  }

  async close(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    this.#unlisten?.();
    this.#unlisten = undefined;
    await watch?.close();
    this.#wake();
  }

  #wake(): void {
    this.#count += 1;
    for (const wake of this.#waiting) wake();
  }
}
