import { fuseRanks } from '../../vectors/fuse-ranks.ts';
import { ListedRanking } from './listed-ranking.ts';
import type { Ranking } from './ranking.ts';

/** So many of those found by their words take part. */
const MOST_TEXTS = 1000;

/**
 * One ranking of two: by places, with a weight for meaning beside 1 for words. It is made anew for every page, always to the
 * same depth, so that pages of it fit together.
 */
export async function fusedRanking(text: Ranking, semantic: ListedRanking, weight: number): Promise<ListedRanking> {
  const byWords = (await text.next(MOST_TEXTS, undefined)).slice(0, MOST_TEXTS).map(({ id }) => id);
  const byMeaning = semantic.entities.map(({ id }) => id);
  const fused = fuseRanks([
    { weight: 1, ids: byWords },
    { weight, ids: byMeaning },
  ]);
  const words = new Set(byWords);
  const parts = byMeaning.flatMap((id) => {
    const part = words.has(id) ? undefined : semantic.partOf(id);
    return part === undefined ? [] : [[id, part] as const];
  });
  return new ListedRanking(
    fused.map(({ id, score }) => ({ id, score, at: 0 })),
    { isBounded: text.isBounded || semantic.isBounded || byWords.length === MOST_TEXTS, parts: new Map(parts) },
  );
}
