import type { UserHandle } from '@keelson/db-core';
import * as queries from '../repositories/path.repository.ts';

export interface Placed {
  readonly seq: number;
  /** 0 where it follows none. */
  readonly parentSeq: number;
}

/** For each message the numbers of all that follow the same one, itself included: two statements for a page. */
export async function siblingsOf(
  user: UserHandle,
  conversationId: string,
  placed: readonly Placed[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  if (placed.length === 0) return new Map();
  const parentSeqs = placed.map(({ parentSeq }) => parentSeq);
  const branches = await user.all(queries.listBranchesBelow, { conversationId, parentSeqs });
  // What is numbered after a message follows it, unless a run begins there.
  const nexts = parentSeqs.map((parentSeq) => parentSeq + 1);
  const beginnings = await user.all(queries.listBeginnings, { conversationId, seqs: nexts });
  const begun = new Set(beginnings.map(({ seq }) => seq));
  return new Map(
    placed.map(({ seq, parentSeq }) => {
      const others = branches.filter((branch) => branch.parent_seq === parentSeq).map((branch) => branch.seq);
      const next = parentSeq + 1;
      // Where nothing begins there and siblings are known, the number itself exists: the sibling was numbered later.
      const siblings = begun.has(next) ? others : [next, ...others];
      return [seq, siblings.toSorted((a, b) => a - b)];
    }),
  );
}
