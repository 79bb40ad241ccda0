import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Account, Accounts } from '@keelson/db-core';
import { ACCOUNT_SHAPE } from '../account.ts';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addUserList(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('list')
    .description('list accounts by their addresses')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText('after', examples('keelson user list', 'keelson user list --limit 500 --json'))
    .addHelpText('after', document(`{"items":[${ACCOUNT_SHAPE}…],"nextCursor"}`))
    .action(({ limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const page = await new Accounts(database).list({
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          output.table(
            ['address', 'name', 'may', 'state', 'last signed in'],
            page.items.map((account) => [
              account.email,
              account.fullName,
              account.isAdmin ? 'everything' : 'own rows',
              stateOf(account),
              time(account.lastLoginAt),
            ]),
          );
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}

function stateOf({ isActive }: Account): string {
  return isActive ? 'active' : 'deactivated';
}
