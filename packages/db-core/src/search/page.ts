import type { UserHandle } from '../database/handle.ts';
import { entityOf } from './change-index.ts';
import type { SearchHit, SearchMode, SearchPage } from './contract.ts';
import { partsOf } from './embedding/parts.ts';
import { type FacetFilters, isLetThrough } from './facets.ts';
import { encodePlace } from './input.ts';
import type { Place } from './query/best.ts';
import { excerptAt, highlight, HighlightBudget } from './query/highlight.ts';
import type { SearchQuery } from './query/parse.ts';
import type { RankedEntity, Ranking } from './query/ranking.ts';
import type { SearchSource, SourceRow } from './source.ts';

/** How often a page is filled up when rows that were found can't be seen any more, and how many rows are read then. */
const ROUNDS = 10;
const MOST_ROWS = 500;

/** Reads what was found, as far as its owner may see it and the filters let it through as it is now. */
export class ShownRows {
  readonly #user: UserHandle;
  readonly #sources: ReadonlyMap<string, SearchSource>;
  readonly #filters: FacetFilters;

  constructor(user: UserHandle, sources: ReadonlyMap<string, SearchSource>, filters: FacetFilters) {
    this.#user = user;
    this.#sources = sources;
    this.#filters = filters;
  }

  /** By `kind id`. */
  async read(ids: readonly string[]): Promise<Map<string, SourceRow>> {
    const rows = new Map<string, SourceRow>();
    const byKind = Map.groupBy(ids.map(entityOf), ({ kind }) => kind);
    for (const [kind, ofKind] of byKind) {
      const entityIds = ofKind.map(({ entityId }) => entityId);
      for (const row of (await this.#sources.get(kind)?.read(this.#user, entityIds)) ?? [])
        if (isLetThrough(row, this.#filters)) rows.set(`${kind} ${row.id}`, row);
    }
    return rows;
  }

  sourceOf(id: string): SearchSource | undefined {
    return this.#sources.get(entityOf(id).kind);
  }
}

export interface PageRequest {
  readonly query: SearchQuery;
  readonly rows: ShownRows;
  readonly limit: number;
  readonly after: Place | undefined;
  readonly mode: SearchMode;
}

/** Fills a page. What can't be shown is passed over. */
export async function pageOf(
  ranking: Ranking,
  { query, rows: shownRows, limit, after, mode }: PageRequest,
): Promise<Pick<SearchPage, 'items' | 'nextCursor'>> {
  const found: { readonly entity: RankedEntity; readonly row: SourceRow }[] = [];
  let place = after;
  let hasMore = true;
  for (let round = 0; round < ROUNDS && hasMore && found.length <= limit; round += 1) {
    // Where much is passed over more is looked at each time.
    const wanted = Math.min(MOST_ROWS, (limit + 1 - found.length) * 2 ** round);
    const entities = await ranking.next(wanted, place);
    hasMore = entities.length >= wanted;
    const looked = entities.slice(0, wanted);
    const rows = await shownRows.read(looked.map(({ id }) => id));
    found.push(
      ...looked.flatMap((entity) => {
        const row = rows.get(entity.id);
        return row === undefined ? [] : [{ entity, row }];
      }),
    );
    place = looked.at(-1) ?? place;
  }
  const shown = found.slice(0, limit);
  const budget = new HighlightBudget();
  const last = found.length > limit ? shown.at(-1)?.entity : hasMore ? place : undefined;
  return {
    items: shown.map(({ entity, row }) => {
      const marked = highlight(query, row.texts, budget);
      return toHit(
        entity,
        row,
        marked.length > 0 ? marked : nearPart(ranking, entity, row, shownRows.sourceOf(entity.id)),
      );
    }),
    nextCursor: last === undefined ? null : encodePlace(last, mode),
  };
}

/** The beginning of the part of a text that is near in meaning. */
function nearPart(
  ranking: Ranking,
  { id }: RankedEntity,
  row: SourceRow,
  source: SearchSource | undefined,
): SearchHit['highlights'] {
  const part = ranking.partOf?.(id);
  if (part === undefined || source === undefined) return [];
  const place = partsOf(source, row)[part];
  return place === undefined ? [] : [excerptAt(row.texts[place.field] ?? '', place)];
}

function toHit({ id, score }: RankedEntity, row: SourceRow, highlights: SearchHit['highlights']): SearchHit {
  const { kind, entityId } = entityOf(id);
  const details = { ...row.facets, ...row.details };
  return { kind, id: entityId, title: row.title, score, at: row.at, details, highlights };
}
