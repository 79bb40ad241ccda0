import type { UserHandle } from '../../database/handle.ts';
import * as queries from '../index.repository.ts';
import { blockOf, type PostingList, postingsId, type PostingsRow, readPostings, termOf } from '../postings.ts';
import { phraseMatches, union } from './lists.ts';
import type { SearchQuery, Unit } from './parse.ts';

/** Who has a unit, block by block. */
export interface UnitLists {
  readonly blocks: ReadonlyMap<number, PostingList>;
  /** How many entries have it. */
  readonly frequency: number;
}

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

/** Reads of the index what a query asks for: one statement for all its words, and one for each beginning of words. */
export async function readUnitLists(
  user: UserHandle,
  { groups, excluded, filters = [] }: SearchQuery,
  lastBlock: number,
): Promise<QueryLists> {
  const units = [...new Set([...groups.flat(), ...excluded, ...filters])];
  const rows = await readRows(user, units, lastBlock);
  const lists = new Map<Unit, UnitLists>();
  let isBounded = false;
  for (const unit of units) {
    if (unit.type === 'prefix') {
      const { found, isCut } = await readPrefix(user, unit.prefix);
      isBounded ||= isCut;
      lists.set(unit, counted(found));
    } else if (unit.type === 'phrase') lists.set(unit, counted(phraseBlocks(unit.parts, rows)));
    else lists.set(unit, counted(wordBlocks(unit.terms, rows)));
  }
  return { of: (unit) => lists.get(unit) ?? NONE, isBounded };
}

const NONE: UnitLists = { blocks: new Map(), frequency: 0 };

type Rows = ReadonlyMap<string, ReadonlyMap<number, PostingsRow>>;

const NO_POSITIONS = new Uint8Array(0);

/** The rows of all whole words, by word and block. Positions are read where a phrase needs them. */
async function readRows(user: UserHandle, units: readonly Unit[], lastBlock: number): Promise<Rows> {
  const inPhrases = new Set(
    units.flatMap((unit) => (unit.type === 'phrase' ? unit.parts.map(({ term }) => term) : [])),
  );
  const alone = new Set(units.flatMap((unit) => (unit.type === 'words' ? unit.terms : [])));
  const rows = new Map<string, Map<number, PostingsRow>>();
  const keep = (id: string, row: PostingsRow): void => {
    const term = termOf(id);
    const blocks = rows.get(term) ?? new Map<number, PostingsRow>();
    rows.set(term, blocks.set(blockOf(id), row));
  };
  for (const ids of chunksOf(idsOf([...inPhrases], lastBlock))) {
    for (const { id, ...row } of await user.all(queries.findPostingsWithPositions, { ids })) keep(id, row);
  }
  const others = [...alone].filter((term) => !inPhrases.has(term));
  for (const { id, postings } of await readWords(user, others, lastBlock))
    keep(id, { postings, positions: NO_POSITIONS });
  return rows;
}

/** Up to so many blocks it is best to ask for the rows of all words in one statement, by their ids. */
const FEW_BLOCKS = 16;

async function readWords(
  user: UserHandle,
  terms: readonly string[],
  lastBlock: number,
): Promise<readonly { readonly id: string; readonly postings: Uint8Array }[]> {
  if (terms.length === 0) return [];
  if (lastBlock <= FEW_BLOCKS) return user.all(queries.findPostings, { ids: idsOf(terms, lastBlock) });
  const rows = [];
  for (const term of terms) rows.push(...(await readBlocks(user, term, [1, lastBlock])));
  return rows;
}

/** A word's rows lie next to each other: from one block to another they are read in one go. */
export function readBlocks(
  user: UserHandle,
  term: string,
  [first, last]: readonly [number, number],
): Promise<{ id: string; postings: Uint8Array }[]> {
  const range = { from: postingsId(term, first), to: postingsId(term, last + 1), limit: last - first + 1 };
  return user.all(queries.listPostings, range);
}

function idsOf(terms: readonly string[], lastBlock: number): string[] {
  return terms.flatMap((term) => Array.from({ length: lastBlock }, (_, index) => postingsId(term, index + 1)));
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

function wordBlocks(terms: readonly string[], rows: Rows): Map<number, PostingList> {
  const blocks = new Set(terms.flatMap((term) => [...(rows.get(term)?.keys() ?? [])]));
  const found = new Map<number, PostingList>();
  for (const block of blocks) {
    const lists = terms.flatMap((term) => {
      const row = rows.get(term)?.get(block);
      return row === undefined ? [] : [readPostings(row.postings)];
    });
    found.set(block, union(lists));
  }
  return found;
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

function counted(blocks: ReadonlyMap<number, PostingList>): UnitLists {
  return { blocks, frequency: [...blocks.values()].reduce((sum, { numbers }) => sum + numbers.length, 0) };
}
