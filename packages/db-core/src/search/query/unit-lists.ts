import type { UserHandle } from '../../database/handle.ts';
import * as queries from '../index.repository.ts';
import { blockOf, type PostingList, type PostingsRow, readPostings, termOf } from '../postings.ts';
import type { IndexState } from '../state.ts';
import { phraseMatches, union } from './lists.ts';
import type { SearchQuery, Unit } from './parse.ts';
import { counted, idsOf, type ReadWords, type UnitLists } from './word-lists.ts';

export interface QueryLists {
  readonly of: (unit: Unit) => UnitLists;
  /** So many words begin as asked that not all were looked at. */
  readonly isBounded: boolean;
}

const CHUNK = 5000;
/** Rows of words that begin alike. */
const MOST_PREFIX_ROWS = 5000;
/** Nothing is sorted after it. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Reads of the index what a query asks for. */
export async function readUnitLists(
  user: UserHandle,
  { groups, excluded, filters = [] }: SearchQuery,
  { state, readWords }: { readonly state: IndexState; readonly readWords: ReadWords },
): Promise<QueryLists> {
  const units = [...new Set([...groups.flat(), ...excluded, ...filters])];
  const words = units.filter((unit) => unit.type === 'words');
  const read = await readWords(
    user,
    state,
    words.map(({ terms }) => terms),
  );
  const lists = new Map<Unit, UnitLists>(words.map((unit, index) => [unit, read[index] ?? NONE]));
  const phrases = units.filter((unit) => unit.type === 'phrase');
  const rows = await readRows(
    user,
    phrases.flatMap(({ parts }) => parts.map(({ term }) => term)),
    state.lastBlock,
  );
  for (const unit of phrases) lists.set(unit, counted(phraseBlocks(unit.parts, rows)));
  let isBounded = false;
  for (const unit of units) {
    if (unit.type !== 'prefix') continue;
    const { found, isCut } = await readPrefix(user, unit.prefix);
    isBounded ||= isCut;
    lists.set(unit, counted(found));
  }
  return { of: (unit) => lists.get(unit) ?? NONE, isBounded };
}

const NONE: UnitLists = { blocks: new Map(), frequency: 0 };

type Rows = ReadonlyMap<string, ReadonlyMap<number, PostingsRow>>;

/** The rows of the words of phrases, with positions, by word and block. */
async function readRows(user: UserHandle, terms: readonly string[], lastBlock: number): Promise<Rows> {
  const rows = new Map<string, Map<number, PostingsRow>>();
  for (const ids of chunksOf(idsOf([...new Set(terms)], lastBlock))) {
    for (const { id, ...row } of await user.all(queries.findPostingsWithPositions, { ids })) {
      const term = termOf(id);
      const blocks = rows.get(term) ?? new Map<number, PostingsRow>();
      rows.set(term, blocks.set(blockOf(id), row));
    }
  }
  return rows;
}

function* chunksOf(ids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += CHUNK) yield ids.slice(start, start + CHUNK);
}

async function readPrefix(
  user: UserHandle,
  prefix: string,
): Promise<{ readonly found: Map<number, PostingList>; readonly isCut: boolean }> {
  const range = { from: prefix, to: `${prefix}${LAST_CHARACTER}`, limit: MOST_PREFIX_ROWS + 1 };
  const rows = await user.all(queries.listPostings, range);
  const byBlock = Map.groupBy(rows.slice(0, MOST_PREFIX_ROWS), ({ id }) => blockOf(id));
  const found = new Map<number, PostingList>();
  for (const [block, ofBlock] of byBlock)
    found.set(block, union(ofBlock.map(({ postings }) => readPostings(postings))));
  return { found, isCut: rows.length > MOST_PREFIX_ROWS };
}

function phraseBlocks(
  parts: readonly { readonly term: string; readonly offset: number }[],
  rows: Rows,
): Map<number, PostingList> {
  const found = new Map<number, PostingList>();
  for (const block of rows.get(parts[0]?.term ?? '')?.keys() ?? []) {
    const ofBlock = parts.flatMap(({ term, offset }) => {
      const row = rows.get(term)?.get(block);
      return row === undefined ? [] : [{ row, offset }];
    });
    if (ofBlock.length < parts.length) continue;
    const matches = phraseMatches(ofBlock);
    if (matches.numbers.length > 0) found.set(block, matches);
  }
  return found;
}
