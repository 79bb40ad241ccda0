import type { UserHandle } from '../database/handle.ts';
import type { Vectors } from '../vectors/vectors.ts';
import type { MatchMode, SearchMode } from './contract.ts';
import { allowedNumbers } from './query/allowed.ts';
import { fusedRanking } from './query/fused-ranking.ts';
import type { ReadLists } from './query/kept-lists.ts';
import { parseQuery, type SearchQuery, sentenceOf, type Unit } from './query/parse.ts';
import { type Ranking, type RankingFilters, TextRanking } from './query/ranking.ts';
import { semanticRanking } from './query/semantic-ranking.ts';
import type { IndexState } from './state.ts';

/** How much meaning counts beside words, which count 1. What it is from stands in docs/benchmarks.md. */
const SEMANTIC_WEIGHT = 0.5;

export interface RankingRequest {
  readonly user: UserHandle;
  readonly mode: SearchMode;
  readonly text: string;
  readonly match: MatchMode;
  readonly state: IndexState;
  readonly filters: RankingFilters;
  readonly facets: readonly Unit[];
  readonly readLists: ReadLists;
  /** Undefined for a search by words. */
  readonly vectors: Vectors | undefined;
  readonly visible: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
}

export async function rankingOf(request: RankingRequest): Promise<Ranking> {
  const { mode, vectors } = request;
  if (vectors === undefined) return textRanking(request, queryOf(request));
  const semantic = await semantically(request, vectors);
  if (mode === 'semantic') return semantic;
  return fusedRanking(await textRanking(request, queryOf(request)), semantic, SEMANTIC_WEIGHT);
}

/** What is to be found, and highlighted, by its words. A sentence rarely has all its words in one text. */
export function queryOf({ mode, text, match }: Pick<RankingRequest, 'mode' | 'text' | 'match'>): SearchQuery {
  return parseQuery(text, mode === 'text' ? match : 'any');
}

function textRanking({ user, state, filters, facets, readLists }: RankingRequest, query: SearchQuery) {
  return TextRanking.of(user, { query: { ...query, filters: facets }, state, filters, readLists });
}

async function semantically(request: RankingRequest, vectors: Vectors) {
  const { user, text, state, filters, facets, readLists, visible } = request;
  const conditions = { ...parseQuery(text, 'quoted'), filters: facets };
  const allowed = await allowedNumbers(user, { state, conditions, filters, readLists });
  return semanticRanking(user, { vectors, sentence: sentenceOf(text), kinds: filters.kinds, allowed, visible });
}
