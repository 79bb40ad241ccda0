import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { ApiTokens, SCOPES } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { listOf, pointInTime } from '../values.ts';

export function addTokenCreate(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('create')
    .description('make an API token; it is shown once and stored only as a hash')
    .option('--user <ID>', 'whose rows it reaches', 'default')
    .option('--name <TEXT>', 'what it is for', 'command line')
    .option(
      '--scope <SCOPE>',
      `what it may do; may be repeated (default: * for everything): ${SCOPES.join(', ')}`,
      listOf,
    )
    .option('--expires <WHEN>', 'when it ends: 12h, 90d, or a date (default: never)', pointInTime)
    .addHelpText(
      'after',
      examples(
        'keelson token create --user ada --name laptop --expires 90d',
        'keelson token create --scope conversations:read --json',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"token","id","userId","accountId","name","prefix","scopes":[…],"lastUsedAt","expiresAt","revokedAt","createdAt"}',
      ),
    )
    .action(({ user, name, scope = ['*'], expires = null }) =>
      useDatabase(context, { create: true, initialize: true }, async (database) => {
        const { token, record } = await new ApiTokens(database).create({
          userId: user,
          name,
          scopes: scope,
          expiresAt: expires,
        });
        const { output } = context;
        output.result({ token, ...record }, () => {
          output.line(token);
          output.note(
            `For ${record.userId}, ${record.scopes.join(', ')}, ${expires === null ? 'until it is revoked' : `until ${time(expires)}`}. It is not shown again.`,
          );
        });
      }),
    );
}
