import type { Kernel } from '../database/kernel.ts';
import type { CommitWatch } from '../engine/contract.ts';

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
    if (this.#count !== count || signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#waiting.add(end);
      signal?.addEventListener('abort', end, { once: true });
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
    for (const end of this.#waiting) end();
  }
}
