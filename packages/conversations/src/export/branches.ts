import type { MessageRow } from '../mapping.ts';
import type { Conversation } from '../types.ts';
import type { OpenedConversation } from './export-conversation.ts';

/** The branch that ends at the active leaf, or every message. */
export const BRANCHES = ['active', 'all'] as const;
export type Branches = (typeof BRANCHES)[number];

export interface ShownRows {
  readonly branches: Branches;
  readonly rows: AsyncIterable<MessageRow>;
  /** Numbers of messages by their ids, to name the one that a branch leaves from. Only with all branches. */
  readonly seqs: ReadonlyMap<string, number>;
}

export interface ShownConversation extends ShownRows {
  readonly conversation: Conversation;
}

/**
 * The messages to show. Which ones are on the active branch is known only from the whole tree, so for that the rows are
 * read twice: first for the links alone.
 */
export async function shownRows({ conversation, rows }: OpenedConversation, branches: Branches): Promise<ShownRows> {
  if (branches === 'all') {
    const seqs = new Map<string, number>();
    return { branches, rows: noting(rows(), seqs), seqs };
  }
  const parents = new Map<string, string | null>();
  for await (const { id, parent_id: parent } of rows()) parents.set(id, parent);
  const shown = new Set<string>();
  for (let at: string | null = conversation.activeLeafId; at !== null && !shown.has(at); at = parents.get(at) ?? null)
    shown.add(at);
  return { branches, rows: only(rows(), shown), seqs: new Map() };
}

async function* noting(rows: AsyncIterable<MessageRow>, seqs: Map<string, number>): AsyncGenerator<MessageRow> {
  for await (const row of rows) {
    yield row;
    seqs.set(row.id, row.seq);
  }
}

async function* only(rows: AsyncIterable<MessageRow>, shown: ReadonlySet<string>): AsyncGenerator<MessageRow> {
  for await (const row of rows) if (shown.has(row.id)) yield row;
}
