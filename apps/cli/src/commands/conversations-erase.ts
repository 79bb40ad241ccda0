import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readIdentity } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { openConversations, readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { ifVersionOf, ifVersionOption } from '../if-version.ts';

export function addConversationsErase(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('erase')
    .description('remove a conversation and its messages for good')
    .argument('<ID>', 'its id')
    .option('--user <ID>', 'whose', 'default')
    .addOption(ifVersionOption().conflicts('dryRun'))
    .option('--dry-run', 'count what would be erased, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .addHelpText(
      'after',
      examples(
        'keelson conversations erase 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada --dry-run',
        'keelson conversations erase 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"format","erasure","rows":{"conversation_messages":{"deleted"…}…},"storage":[…],"unreached":[…]…};\n   with --dry-run {"dryRun":true,"rows":{"conversations":1,"conversation_messages":5…}}',
      ),
    )
    .action((id, { user, dryRun = false, yes = false, confirm, ifVersion }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { output } = context;
        const rows = await (await readConversations(database, user)).previewErasure(id);
        if (dryRun) {
          output.result({ dryRun, rows }, () => output.list(rows));
          return;
        }
        const count = plural(rows['conversation_messages'] ?? 0, 'message');
        const what = `This erases the conversation ${id} of ${user} with ${count} for good.`;
        await confirmDestruction(context, { what, yes, name: confirm, identity: await readIdentity(database) });
        const certificate = await (
          await openConversations(database, user)
        ).eraseConversation(id, ifVersionOf(ifVersion));
        output.result(certificate, () => {
          const messages = certificate.rows['conversation_messages']?.deleted ?? 0;
          output.line(`Erased the conversation with ${plural(messages, 'message')} (erasure ${certificate.erasure}).`);
          for (const line of certificate.unreached) output.note(`May still hold something of it: ${line}`);
        });
      }),
    );
}
