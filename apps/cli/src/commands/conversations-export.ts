import { open, rename, rm } from 'node:fs/promises';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ConversationDocument, Conversations } from '@keelson/conversations';
import type { Context } from '../context.ts';
import { readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural } from '../figures.ts';
import { examples } from '../help.ts';

export function addConversationsExport(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('export')
    .description("hand out one conversation as JSON, or all of a user's")
    .argument('[ID]', 'its id; without one, all')
    .option('--user <ID>', 'whose', 'default')
    .option('--output <FILE>', 'write into a file instead of stdout')
    .addHelpText(
      'after',
      examples(
        'keelson conversations export 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada',
        'keelson conversations export --user ada --output ada.json',
      ),
    )
    .addHelpText(
      'after',
      '\nOne conversation: {"format","conversation":{…},"messages":[…]}. All: {"items":[the same…]}. With --output, stdout has\n{"file","conversations","messages"} with --json.\n',
    )
    .action((id, { user, output: file }) =>
      useDatabase(context, { create: false }, async (database) => {
        const conversations = await readConversations(database, user);
        const { output } = context;
        if (file === undefined) {
          await writeAll(conversations, id, (text) => output.piece(text));
          return;
        }
        const counts = await writeFileWhole(file, (write) => writeAll(conversations, id, write));
        output.result({ file, ...counts }, () =>
          output.line(
            `Wrote ${plural(counts.conversations, 'conversation')} with ${plural(counts.messages, 'message')} to ${file}.`,
          ),
        );
      }),
    );
}

type Write = (text: string) => Promise<unknown>;
interface Counts {
  readonly conversations: number;
  readonly messages: number;
}

async function writeAll(conversations: Conversations, id: string | undefined, write: Write): Promise<Counts> {
  if (id !== undefined) {
    const exported = await conversations.exportConversation(id);
    await write(`${JSON.stringify(exported)}\n`);
    return { conversations: 1, messages: exported.messages.length };
  }
  let count = 0;
  let messages = 0;
  await write('{"items":[');
  for await (const exported of everyDocument(conversations)) {
    await write(`${count === 0 ? '' : ','}\n${JSON.stringify(exported)}`);
    count += 1;
    messages += exported.messages.length;
  }
  await write('\n]}\n');
  return { conversations: count, messages };
}

async function* everyDocument(conversations: Conversations): AsyncGenerator<ConversationDocument> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Conversations['listConversations']>> = await conversations.listConversations({
      status: ['ACTIVE', 'ARCHIVED', 'CLOSED'],
      includeHidden: true,
      limit: 100,
      cursor,
    });
    for (const { id } of page.items) yield await conversations.exportConversation(id);
    cursor = page.nextCursor;
  } while (cursor !== null);
}

/** Under another name until it is complete, so that a file of this name is never half an export. */
async function writeFileWhole(path: string, work: (write: Write) => Promise<Counts>): Promise<Counts> {
  const draft = `${path}.part`;
  try {
    const file = await open(draft, 'w', 0o600);
    let counts: Counts;
    try {
      counts = await work((text) => file.appendFile(text));
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return counts;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError(`${path} can't be written: ${error.message}.`, {
      cause: error,
      hint: 'Check the path, its permissions and the space on the disk.',
    });
  }
}
