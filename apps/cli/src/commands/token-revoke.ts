import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { ApiTokens } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addTokenRevoke(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('revoke')
    .description('end an API token at once')
    .argument('<ID>', 'its id, as `keelson token list` shows it')
    .addHelpText('after', examples('keelson token revoke 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10'))
    .addHelpText(
      'after',
      document('{"id","userId","name","prefix","scopes":[…],"lastUsedAt","expiresAt","revokedAt","createdAt"…}'),
    )
    .action((id) =>
      useDatabase(context, { create: false }, async (database) => {
        const record = await new ApiTokens(database).revoke(id);
        context.output.result(record, () =>
          context.output.line(`Revoked ${record.name} (${record.prefix}) of ${record.userId}.`),
        );
      }),
    );
}
