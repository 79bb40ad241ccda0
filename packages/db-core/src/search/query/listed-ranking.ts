import type { Place } from './best.ts';
import { inOrder, type RankedEntity, type Ranking } from './ranking.ts';

/** A ranking that is there as a whole. */
export class ListedRanking implements Ranking {
  readonly isBounded: boolean;
  readonly entities: readonly RankedEntity[];
  readonly #parts: ReadonlyMap<string, number>;

  constructor(
    entities: readonly RankedEntity[],
    { isBounded, parts }: { readonly isBounded: boolean; readonly parts: ReadonlyMap<string, number> },
  ) {
    this.entities = entities.toSorted(inOrder);
    this.isBounded = isBounded;
    this.#parts = parts;
  }

  async next(count: number, after: Place | undefined): Promise<RankedEntity[]> {
    const rest = after === undefined ? this.entities : this.entities.filter((entity) => inOrder(after, entity) < 0);
    return rest.slice(0, count);
  }

  partOf(id: string): number | undefined {
    return this.#parts.get(id);
  }
}
