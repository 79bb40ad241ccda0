import { setTimeout as sleep } from 'node:timers/promises';
import { closeSync, openSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { LockTimeoutError } from '../../errors/index.ts';

interface Waiter {
  readonly grant: () => void;
  readonly timer: NodeJS.Timeout;
}

/** The one writer's queue inside this process: first come, first served. */
export class WriterTurn {
  #taken = false;
  readonly #waiters: Waiter[] = [];

  get isTaken(): boolean {
    return this.#taken;
  }
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Takes the turn at once where it's free; the common case costs no promise. */
  tryTake(): boolean {
    if (this.#taken) return false;
    this.#taken = true;
    return true;
  }

  take(waitMs: number): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        grant: resolve,
        timer: setTimeout(() => {
          this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
          reject(new LockTimeoutError(`Waited ${waitMs} ms for this process's own writers and got no turn.`));
        }, waitMs),
      };
      this.#waiters.push(waiter);
    });
  }

  release(): void {
    const next = this.#waiters.shift();
    if (next === undefined) {
      this.#taken = false;
      return;
    }
    clearTimeout(next.timer);
    next.grant();
  }
}

/** After owning the lock for so long with others waiting, a process stands back … */
const FAIR_OWNERSHIP_MS = 20;
/** … for so long: several of the others' polls. */
const STAND_BACK_MS = 6;
/** A waiting mark older than this is nobody's. */
const MARK_FRESH_MS = 250;
const MARK_EVERY_MS = 20;

/**
 * Fairness between processes on one file. SQLite has no queue: whoever asks next gets the lock, and a process with
 * back-to-back transactions always asks next. So a process that waits touches a mark beside the database, and one that
 * has owned the lock for a while looks at the mark and stands back. Without waiters it costs one `stat` per 20 ms.
 */
export class ProcessFairness {
  readonly #mark: string;
  #ownedSince: number | undefined;
  #lastRelease = 0;
  #lastMark = 0;
  #marked = false;

  constructor(databasePath: string) {
    this.#mark = `${databasePath}-waiting`;
  }

  /** Before asking for the lock. */
  async standBackIfDue(): Promise<void> {
    const now = performance.now();
    // A pause between two transactions gave the others their chance.
    if (this.#ownedSince === undefined || now - this.#lastRelease > STAND_BACK_MS) {
      this.#ownedSince = now;
      return;
    }
    if (now - this.#ownedSince < FAIR_OWNERSHIP_MS) return;
    if (this.#someoneWaits()) await sleep(STAND_BACK_MS);
    this.#ownedSince = performance.now();
  }

  released(): void {
    this.#lastRelease = performance.now();
  }

  /** While polling for another process's lock. */
  waiting(): void {
    const now = performance.now();
    if (now - this.#lastMark < MARK_EVERY_MS) return;
    this.#lastMark = now;
    try {
      const time = new Date();
      if (!this.#marked) closeSync(openSync(this.#mark, 'a', 0o600));
      utimesSync(this.#mark, time, time);
      this.#marked = true;
    } catch {
      // Fairness is a courtesy: a folder that can't be written must not stop the wait itself.
      this.#marked = false;
    }
  }

  #someoneWaits(): boolean {
    const stats = statSync(this.#mark, { throwIfNoEntry: false });
    // A mark from the future was made before the clock was set back.
    return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < MARK_FRESH_MS;
  }

  /** The last one out leaves no mark behind, not even one of a process that died; whoever still waits makes it anew. */
  close(): void {
    try {
      unlinkSync(this.#mark);
    } catch {
      // There is none, as a rule.
    }
  }
}
