import type { Snapshot } from '../position.ts';

/** Transactions whose id is `next` or higher number their entries above `seq`. */
interface Mark {
  readonly next: number;
  readonly seq: number;
}

const MOST = 128;

/**
 * Below which number a snapshot has seen everything, so that readers needn't begin at the log's beginning. A transaction
 * has its id before it takes a number, so ids that nobody had yet go with numbers above the highest that could be seen
 * then; once all ids below have ended, that number is a floor. It follows behind the oldest open transaction, which costs
 * reading the entries since then again, and nothing else.
 */
export class Marks {
  /** Ascending. */
  #marks: Mark[] = [];

  add(mark: Mark, { xmin }: Snapshot): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && (last.next >= mark.next || last.seq >= mark.seq)) return;
    this.#marks.push(mark);
    const best = this.#marks.findLastIndex(({ next }) => next <= xmin);
    if (best > 0) this.#marks.splice(0, best);
    // While a transaction stays open none is passed; every second one then serves as well.
    if (this.#marks.length > MOST) this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
  }

  /** 0 where nothing is known. */
  floorOf({ xmin }: Snapshot): number {
    return this.#marks.findLast(({ next }) => next <= xmin)?.seq ?? 0;
  }
}
