import { basename } from 'node:path';
import {
  type ConversationDocument,
  Conversations,
  type ConversationSummary,
  demoExportPath,
} from '@keelson/conversations';
import type { Database } from '@keelson/db-core';

const PAGE = 2;
const CONTEXT = 5;

/** A message that was answered more than once. */
export interface Branch {
  readonly conversation: string | null;
  /** The message's place in the conversation. */
  readonly seq: number;
  readonly answers: number;
}

/** What the run on real input did and what it then found. */
export interface ConversationsRun {
  /** The file that was brought in. */
  readonly file: string;
  readonly conversations: number;
  readonly messages: number;
  /** What of it wasn't there before. */
  readonly created: { readonly conversations: number; readonly messages: number };
  readonly branches: readonly Branch[];
  /** The first page of a list. */
  readonly page: { readonly titles: readonly (string | null)[]; readonly hasMore: boolean };
  /** What a model would be given: the last messages of the longest conversation. */
  readonly context: { readonly conversation: string | null; readonly roles: readonly string[]; readonly of: number };
}

/** Brings in the export that comes with the package, and uses what it brought. Done again, it adds nothing. */
export async function runConversations(database: Database, userId: string): Promise<ConversationsRun> {
  const conversations = new Conversations(database, userId);
  const file = demoExportPath();
  const report = await conversations.importConversations(file);
  const brought = await broughtIn(conversations);
  const branches: Branch[] = [];
  for (const { id } of brought) branches.push(...branchesOf(await conversations.exportConversation(id)));
  const page = await conversations.listConversations({ limit: PAGE });
  const [longest] = brought.toSorted((a, b) => b.messageCount - a.messageCount);
  const context = longest === undefined ? [] : await conversations.getLastNMessages(longest.id, CONTEXT);
  return {
    file: basename(file),
    conversations: report.conversations,
    messages: report.messages,
    created: report.created,
    branches,
    page: { titles: page.items.map(({ title }) => title), hasMore: page.nextCursor !== null },
    context: {
      conversation: longest?.title ?? null,
      roles: context.map(({ role }) => role),
      of: longest?.messageCount ?? 0,
    },
  };
}

const SOURCE = 'chatgpt';
const PAGES = 10;

/** Some of the conversations of that source; a user who has thousands doesn't wait for all of them. */
async function broughtIn(conversations: Conversations): Promise<readonly ConversationSummary[]> {
  const found: ConversationSummary[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES && found.length < PAGES; page += 1) {
    const list: Awaited<ReturnType<Conversations['listConversations']>> = await conversations.listConversations({
      status: ['ACTIVE', 'ARCHIVED', 'CLOSED'],
      limit: 100,
      cursor,
    });
    found.push(...list.items.filter(({ source }) => source === SOURCE));
    cursor = list.nextCursor;
    if (cursor === null) break;
  }
  return found.slice(0, PAGES);
}

function branchesOf({ conversation, messages }: ConversationDocument): Branch[] {
  const answers = Map.groupBy(messages, ({ parentId }) => parentId);
  return messages.flatMap(({ id, seq }) => {
    const count = answers.get(id)?.length ?? 0;
    return count > 1 ? [{ conversation: conversation.title, seq, answers: count }] : [];
  });
}
