import type { UserHandle } from '../../database/handle.ts';
import type { IndexState } from '../state.ts';
import type { ReadLists } from './kept-lists.ts';
import type { ListedBlock } from './listings.ts';
import type { SearchQuery } from './parse.ts';
import { candidatesOf } from './rank.ts';
import { numbersOf, type RankingFilters } from './ranking.ts';
import { readUnitLists } from './unit-lists.ts';

export interface AllowedOptions {
  readonly state: IndexState;
  /** What entries must have, and must not have. */
  readonly conditions: SearchQuery;
  readonly filters: RankingFilters;
  readonly readLists: ReadLists;
}

/** The numbers of the entries that a search may find at all, whatever it ranks them by. Undefined: of all its kinds. */
export async function allowedNumbers(
  user: UserHandle,
  { state, conditions, filters, readLists }: AllowedOptions,
): Promise<ReadonlySet<number> | undefined> {
  const { groups, excluded, filters: facets = [] } = conditions;
  const { since, until } = filters;
  const hasWords = groups.length + facets.length > 0;
  if (!hasWords && excluded.length === 0 && since === undefined && until === undefined) return undefined;
  const lists = await readUnitLists(user, conditions, { state, readWords: readLists.words });
  const candidates = hasWords ? candidatesOf(conditions, lists.of) : undefined;
  const blocks = candidates?.keys() ?? Array.from({ length: state.lastBlock }, (_, index) => index + 1);
  const listings = await readLists.listings(user, state, [...blocks]);
  const without = hasWords ? [] : excluded.flatMap((unit) => [...lists.of(unit).blocks.values()]);
  const allowed = new Set<number>();
  const kinds = numbersOf(state, filters.kinds);
  for (const [block, listing] of listings) {
    const wanted = candidates === undefined ? undefined : new Set(candidates.get(block));
    addListed(allowed, listing, { kinds, wanted, since: since?.getTime(), until: until?.getTime() });
  }
  for (const { numbers } of without) for (const number of numbers) allowed.delete(number);
  return allowed;
}

interface Wanted {
  readonly kinds: ReadonlySet<number>;
  /** Undefined: all. */
  readonly wanted: ReadonlySet<number> | undefined;
  readonly since: number | undefined;
  readonly until: number | undefined;
}

function addListed(
  allowed: Set<number>,
  { count, numbers, kinds: listedKinds, times }: ListedBlock,
  { kinds, wanted, since = -Infinity, until = Infinity }: Wanted,
): void {
  for (let row = 0; row < count; row += 1) {
    const number = numbers[row] as number;
    const time = times[row] as number;
    if (time < since || time >= until || !kinds.has(listedKinds[row] as number)) continue;
    if (wanted === undefined || wanted.has(number)) allowed.add(number);
  }
}
