import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';

const MOVES = {
  freeze: {
    method: 'freezeConversation',
    description: 'pack the messages of a conversation away, into cold storage',
    note: 'Until it is thawed, or a message is saved in it, its messages are in no list and no search; `export` still has them.',
    done: 'in cold storage',
  },
  thaw: {
    method: 'thawConversation',
    description: 'bring the messages of a conversation back from cold storage, exactly as they were',
    note: 'When what is stored is damaged, nothing is changed and the exit code is 1.',
    done: 'at hand',
  },
} as const;

/** `conversations freeze` and `conversations thaw`. */
export function addConversationsCold(parent: CommandUnknownOpts, context: Context): void {
  for (const [name, { method, description, note, done }] of Object.entries(MOVES)) {
    parent
      .command(name)
      .description(description)
      .argument('<ID>', 'its id')
      .option('--user <ID>', 'whose', 'default')
      .addHelpText('after', examples(`keelson conversations ${name} 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada`))
      .addHelpText('after', document('{"id","title","status","messageCount","isCold"…}'))
      .addHelpText('after', `\n${note}\n`)
      .action((id, { user }) =>
        useDatabase(context, { create: false }, async (database) => {
          const { Conversations } = await import('@keelson/conversations');
          const conversation = await new Conversations(database, user)[method](id);
          const { output } = context;
          output.result(conversation, () =>
            output.line(`The conversation's ${plural(conversation.messageCount, 'message')} are ${done}.`),
          );
        }),
      );
  }
}
