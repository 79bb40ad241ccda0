import type { Snapshot } from '../position.ts';

/** Transactions from `xmax` on number their entries above `seq`. */
interface Mark {
  readonly xmax: number;
  readonly seq: number;
}

const MOST = 128;

/**
 * Below which number a snapshot has seen everything, so that readers needn't begin at the log's beginning. A transaction
 * has its id before it takes a number, so the ids that a snapshot doesn't know yet go with numbers above the highest that
 * it sees; once all ids below have ended, that number is a floor. It follows behind the oldest open transaction, which
 * costs reading the entries since then again, and nothing else.
 */
export class Marks {
  /** Ascending. */
  #marks: Mark[] = [];

  /** `newest`: the highest number that the snapshot sees. */
  add({ xmin, xmax }: Snapshot, newest: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && (last.xmax >= xmax || last.seq >= newest)) return;
    this.#marks.push({ xmax, seq: newest });
    const best = this.#marks.findLastIndex((mark) => mark.xmax <= xmin);
    if (best > 0) this.#marks.splice(0, best);
    // While a transaction stays open none is passed; every second one then serves as well.
    if (this.#marks.length > MOST) this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
  }

  /** 0 where nothing is known. */
  floorOf({ xmin }: Snapshot): number {
    return this.#marks.findLast((mark) => mark.xmax <= xmin)?.seq ?? 0;
  }
}
