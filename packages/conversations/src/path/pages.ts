import type { UserHandle } from '@keelson/db-core';
import { assertUnmoved, type AtHand, mustNotHaveMoved } from '../cold/at-hand.ts';
import { type CursorKind, decodeCursor, encodeCursor, seqOf } from '../cursor.ts';
import { toMessage } from '../mapping.ts';
import * as queries from '../repositories/path.repository.ts';
import type { ConversationId, Message, MessageId, Page, PathMessage } from '../types.ts';
import { activeLeaf, findLeaf, findSeq } from './leaf.ts';
import { type Path, readPath } from './path.ts';
import { siblingsOf } from './siblings.ts';

type PathRow = (typeof queries.listBySeqs)['row'];

interface PathOptions {
  readonly conversationId: ConversationId;
  readonly leafId?: MessageId | undefined;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor?: string | null | undefined;
}

/**
 * A page of a branch. Its cursor names the branch's end, so that all pages are of one branch, whichever is in use by then
 * and whatever is appended to it.
 */
export async function pageOfPath(user: UserHandle, options: PathOptions): Promise<Page<PathMessage>> {
  const { conversationId, order, limit, cursor } = options;
  const kind: CursorKind = `path-${order}`;
  const found = await findLeaf(user, options);
  const { leaf, after } = cursor
    ? decodeCursor(kind, cursor, pathKey(conversationId))
    : { leaf: found.seq, after: undefined };
  const path = await readPath(user, conversationId, leaf);
  const seqs = order === 'asc' ? path.oldest(limit + 1, after) : path.newest(limit + 1, after);
  const shown = seqs.slice(0, limit);
  const siblings = await siblingsOf(
    user,
    conversationId,
    shown.map((seq) => ({ seq, parentSeq: path.parentOf(seq) })),
  );
  // Read last: they show that what was read before them is of the same messages.
  const rows = await readRows(user, found, shown);
  const items = rows.map((row): PathMessage => {
    const own = siblings.get(row.seq) ?? [row.seq];
    return { ...toMessage(row), siblings: { position: own.indexOf(row.seq) + 1, count: own.length } };
  });
  const last = shown.at(-1);
  const isMore = seqs.length > limit && last !== undefined;
  return { items, nextCursor: isMore ? encodeCursor(kind, [conversationId, leaf, last]) : null };
}

interface PathKey {
  readonly leaf: number;
  readonly after: number;
}

function pathKey(conversationId: ConversationId): (key: readonly unknown[]) => PathKey | undefined {
  return ([id, leaf, after]) => {
    const isKey = id === conversationId && Number.isSafeInteger(leaf) && Number.isSafeInteger(after);
    return isKey ? { leaf: Number(leaf), after: Number(after) } : undefined;
  };
}

/** The messages of these numbers, in the order of the numbers. To be called within `asOne`. */
export async function readRows(user: UserHandle, atHand: AtHand, seqs: readonly number[]): Promise<readonly PathRow[]> {
  const { conversationId } = atHand;
  const rows = seqs.length === 0 ? [] : await user.all(queries.listBySeqs, { conversationId, seqs });
  const [first] = rows;
  if (first === undefined || rows.length < seqs.length) await mustNotHaveMoved(user, atHand);
  else assertUnmoved(atHand, first.opened_at);
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
}

interface SiblingOptions {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly limit: number;
  readonly cursor?: string | null | undefined;
}

/** What follows the same message as this one, in the order in which it was saved. */
export async function pageOfSiblings(user: UserHandle, options: SiblingOptions): Promise<Page<Message>> {
  const { conversationId, messageId, limit, cursor } = options;
  const active = await activeLeaf(user, conversationId);
  const seq = await findSeq(user, active, messageId);
  const parentSeq = parentIn(await readPath(user, conversationId, seq), seq);
  const siblings = (await siblingsOf(user, conversationId, [{ seq, parentSeq }])).get(seq) ?? [seq];
  const after = cursor ? decodeCursor('siblings', cursor, seqOf(conversationId)) : 0;
  const rest = siblings.filter((each) => each > after);
  const rows = await readRows(user, active, rest.slice(0, limit));
  const last = rows.at(-1);
  const isMore = rest.length > limit && last !== undefined;
  return {
    items: rows.map(toMessage),
    nextCursor: isMore ? encodeCursor('siblings', [conversationId, last.seq]) : null,
  };
}

function parentIn(path: Path, seq: number): number {
  return path.parentOf(seq);
}
