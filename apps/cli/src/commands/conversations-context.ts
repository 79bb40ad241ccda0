import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ModelContext } from '@keelson/conversations';
import type { Context } from '../context.ts';
import { readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { printable } from '../output.ts';
import { wholeNumber } from '../values.ts';

const MOST = 2_147_483_647;

export function addConversationsContext(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('context')
    .description('show what a model is given of a conversation, within a budget')
    .argument('<ID>', 'its id')
    .option('--user <ID>', 'whose', 'default')
    .option('--max-tokens <N>', 'most tokens together', wholeNumber(1, MOST))
    .option('--max-messages <N>', 'most messages, system messages not counted', wholeNumber(1, MOST))
    .option('--no-system', 'leave system messages out')
    .option('--no-unfinished', 'leave out answers that were cut off, or are still being written')
    .option('--leaf <MESSAGE>', 'of the branch that ends with this message (default: the one in use)')
    .addHelpText(
      'after',
      examples('keelson conversations context 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada --max-tokens 8000'),
    )
    .addHelpText(
      'after',
      document(
        '{"messages":[{"id","seq","role","content","tokenCount"…}…],"tokens":{"system","conversation","total"},\n   "leftOut":{"earlier","incomplete"}}',
      ),
    )
    .action((id, { user, maxTokens, maxMessages, leaf, ...kept }) =>
      useDatabase(context, { create: false }, async (database) => {
        const built = await (
          await readConversations(database, user)
        ).buildContext({
          conversationId: id,
          includeSystem: kept.system,
          includeUnfinished: kept.unfinished,
          ...(maxTokens === undefined ? {} : { maxTokens }),
          ...(maxMessages === undefined ? {} : { maxMessages }),
          ...(leaf === undefined ? {} : { leafId: leaf }),
        });
        context.output.result(built, () => show(context, built));
      }),
    );
}

function show({ output }: Context, { messages, tokens, leftOut }: ModelContext): void {
  for (const { seq, role, content, tokenCount } of messages) {
    output.line(output.paint('dim', `#${seq} ${role}, ${plural(tokenCount, 'token')}`));
    output.line(printable(content));
    output.line();
  }
  output.line(
    `${plural(messages.length, 'message')}, ${plural(tokens.total, 'token')} (${tokens.system} of the system's)`,
  );
  output.note(`Left out: ${leftOut.earlier} for which there was no room, ${leftOut.incomplete} that aren't whole.`);
}
