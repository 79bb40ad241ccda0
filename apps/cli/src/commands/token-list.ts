import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { ApiTokens, type TokenRecord } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addTokenList(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('list')
    .description('list API tokens, the revoked ones too; never the tokens themselves')
    .option('--user <ID>', "only this user's (default: everybody's)")
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText('after', examples('keelson token list', 'keelson token list --user ada --json'))
    .addHelpText(
      'after',
      document(
        '{"items":[{"id","userId","name","prefix","scopes":[…],"lastUsedAt","expiresAt","revokedAt","createdAt"…}…],"nextCursor"}',
      ),
    )
    .action(({ user, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const page = await new ApiTokens(database).list({
          ...(user === undefined ? {} : { userId: user }),
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          const rows = page.items.map((token) => [
            token.id,
            token.userId,
            token.name,
            token.scopes.join(' '),
            stateOf(token),
            time(token.lastUsedAt),
          ]);
          output.table(['id', 'user', 'name', 'scopes', 'state', 'last used'], rows);
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}

function stateOf({ revokedAt, expiresAt }: TokenRecord): string {
  if (revokedAt !== null) return `revoked ${time(revokedAt)}`;
  if (expiresAt === null) return 'valid';
  return expiresAt <= new Date() ? `expired ${time(expiresAt)}` : `valid until ${time(expiresAt)}`;
}
