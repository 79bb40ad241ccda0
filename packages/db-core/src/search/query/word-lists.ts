import type { UserHandle } from '../../database/handle.ts';
import * as queries from '../index.repository.ts';
import { blockOf, type PostingList, postingsId, readPostingsOf, termOf } from '../postings.ts';
import type { IndexState } from '../state.ts';
import { union } from './lists.ts';

/** Who has a unit, block by block. */
export interface UnitLists {
  readonly blocks: ReadonlyMap<number, PostingList>;
  /** How many entries have it. */
  readonly frequency: number;
}

/** Words of which an entry has to have any. */
export type AnyOf = readonly string[];

/** Reads who has any of the words, for each of several such choices, in their order. */
export type ReadWords = (
  user: UserHandle,
  state: IndexState,
  choices: readonly AnyOf[],
) => Promise<readonly UnitLists[]>;

export function counted(blocks: ReadonlyMap<number, PostingList>): UnitLists {
  return { blocks, frequency: [...blocks.values()].reduce((sum, { numbers }) => sum + numbers.length, 0) };
}

/** Up to so many blocks it is best to ask for the rows of all words in one statement, by their ids. */
const FEW_BLOCKS = 16;

type Row = Awaited<ReturnType<typeof readBlocks>>[number];

/** As they are in the database. */
export const readWords: ReadWords = async (user, { lastBlock }, choices) => {
  const terms = [...new Set(choices.flat())];
  if (terms.length === 0) return choices.map(() => counted(new Map()));
  const rows: Row[] = [];
  if (lastBlock <= FEW_BLOCKS) rows.push(...(await user.all(queries.findPostings, { ids: idsOf(terms, lastBlock) })));
  else for (const term of terms) rows.push(...(await readBlocks(user, term, [1, lastBlock])));
  const byTerm = Map.groupBy(rows, ({ id }) => termOf(id));
  return choices.map((choice) => counted(blocksOf(choice.flatMap((term) => byTerm.get(term) ?? []))));
};

function blocksOf(rows: readonly Row[]): Map<number, PostingList> {
  const lists = readPostingsOf(rows.map(({ postings }) => postings));
  const blocks = new Map<number, PostingList>();
  for (const [index, { id }] of rows.entries()) {
    const block = blockOf(id);
    const known = blocks.get(block);
    const list = lists[index] as PostingList;
    blocks.set(block, known === undefined ? list : union([known, list]));
  }
  return blocks;
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

export function idsOf(terms: readonly string[], lastBlock: number): string[] {
  return terms.flatMap((term) => Array.from({ length: lastBlock }, (_, index) => postingsId(term, index + 1)));
}
