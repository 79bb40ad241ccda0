import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Conversation, Conversations, Message, Page } from '@keelson/conversations';
import type { Context } from '../context.ts';
import { readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { printable } from '../output.ts';
import { wholeNumber } from '../values.ts';

interface Part {
  readonly last: number | undefined;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

export function addConversationsShow(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('show')
    .description('show a conversation and its messages')
    .argument('<ID>', 'its id')
    .option('--user <ID>', 'whose', 'default')
    .option('--last <N>', 'only the last messages, as a model is given them', wholeNumber(1, 500))
    .option('--limit <N>', 'messages of a page, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText(
      'after',
      examples(
        'keelson conversations show 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada',
        'keelson conversations show 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --last 5 --json',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"conversation":{"id","title","status"…},"messages":{"items":[{"id","seq","role","content"…}…],"nextCursor"}}',
      ),
    )
    .action(async (id, { user, ...part }) => {
      if (part.last !== undefined && (part.limit ?? part.cursor) !== undefined) {
        throw new UsageError('--last goes without --limit and --cursor.', {
          hint: 'Give --last for the end, or --limit and --cursor to go through all.',
        });
      }
      await useDatabase(context, { create: false }, async (database) => {
        const conversations = await readConversations(database, user);
        const conversation = await conversations.getConversation(id);
        const messages = await messagesOf(conversations, id, {
          last: part.last,
          limit: part.limit,
          cursor: part.cursor,
        });
        context.output.result({ conversation, messages }, () => show(context, conversation, messages));
      });
    });
}

async function messagesOf(
  conversations: Conversations,
  conversationId: string,
  { last, limit, cursor }: Part,
): Promise<Page<Message>> {
  if (last !== undefined)
    return { items: await conversations.getLastNMessages(conversationId, last), nextCursor: null };
  return conversations.getMessages({
    conversationId,
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
  });
}

function show({ output }: Context, conversation: Conversation, { items, nextCursor }: Page<Message>): void {
  output.line(output.paint('bold', printable(conversation.title ?? 'Without a title')));
  output.line(
    `${conversation.status}, ${plural(conversation.messageCount, 'message')}, made ${time(conversation.createdAt)}`,
  );
  for (const { seq, role, content, createdAt } of items) {
    output.line();
    output.line(output.paint('dim', `#${seq} ${role} ${time(createdAt)}`));
    output.line(printable(content));
  }
  if (nextCursor !== null) output.note(`\nMore: --cursor ${nextCursor}`);
}
