import type { Neighbour } from './contract.ts';

/** The order of neighbours: nearest first, and equally near ones by what they are. */
function compareNeighbours(a: Neighbour, b: Neighbour): number {
  return (
    a.distance - b.distance || compareText(a.kind, b.kind) || compareText(a.entityId, b.entityId) || a.part - b.part
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Keeps the nearest of all neighbours that it is shown, up to a limit. */
export class NearestFew {
  readonly #limit: number;
  #kept: Neighbour[] = [];
  #farthest = Number.POSITIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is farther than this need not be shown. */
  get farthest(): number {
    return this.#farthest;
  }

  add(neighbour: Neighbour): void {
    if (neighbour.distance > this.#farthest) return;
    this.#kept.push(neighbour);
    // Sorting now and then is cheaper than keeping every one in its place.
    if (this.#kept.length >= this.#limit * 2 + 16) this.#trim();
  }

  sorted(): readonly Neighbour[] {
    this.#trim();
    return this.#kept;
  }

  #trim(): void {
    this.#kept = this.#kept.sort(compareNeighbours).slice(0, this.#limit);
    if (this.#kept.length === this.#limit) this.#farthest = this.#kept.at(-1)?.distance ?? this.#farthest;
  }
}
