import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** How long statements may keep the event loop, one after the other. */
const LONGEST_MS = 25;

/**
 * SQLite answers at once, and a promise that is settled already lets no timer, socket or signal in. So a loop of awaited
 * statements would keep the process to itself until its end; instead it pauses for one turn of the event loop now and then.
 */
export class Breather {
  #last = performance.now();

  /** Undefined while no pause is due, so that a statement costs no promise. */
  pause(): Promise<void> | undefined {
    const now = performance.now();
    if (now - this.#last < LONGEST_MS) return undefined;
    this.#last = now;
    return this.#breathe();
  }

  async #breathe(): Promise<void> {
    await turnOfTheLoop();
    this.#last = performance.now();
  }
}
