import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Accounts } from '@keelson/db-core';
import { ACCOUNT_SHAPE } from '../account.ts';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addUserDeactivate(parent: CommandUnknownOpts, context: Context): void {
  addActivation(parent, context, {
    name: 'deactivate',
    description: 'let an account sign in no more: its sessions end at once, its tokens let nobody in, its rows stay',
    isActive: false,
    said: 'may sign in no more; its sessions have ended',
  });
}

export function addUserActivate(parent: CommandUnknownOpts, context: Context): void {
  addActivation(parent, context, {
    name: 'activate',
    description: 'let a deactivated account sign in again',
    isActive: true,
    said: 'may sign in',
  });
}

interface Activation {
  readonly name: string;
  readonly description: string;
  readonly isActive: boolean;
  readonly said: string;
}

function addActivation(
  parent: CommandUnknownOpts,
  context: Context,
  { name, description, isActive, said }: Activation,
): void {
  parent
    .command(name)
    .description(description)
    .argument('<EMAIL>', 'its address')
    .addHelpText('after', examples(`keelson user ${name} bob@example.com`))
    .addHelpText('after', document(ACCOUNT_SHAPE))
    .action((email) =>
      useDatabase(context, { create: false }, async (database) => {
        const account = await new Accounts(database).setActive(email, isActive);
        context.output.result(account, () => context.output.line(`${account.email} ${said}.`));
      }),
    );
}
