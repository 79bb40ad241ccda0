import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Page, type Session, Sessions } from '@keelson/db-core';
import { accountOf } from '../account.ts';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addUserSessions(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('sessions')
    .description("list an account's sessions, or end them")
    .argument('<EMAIL>', 'the address of the account')
    .option('--end <ID>', 'end this session at once')
    .option('--end-all', 'end all of them')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText(
      'after',
      examples('keelson user sessions ada@example.com', 'keelson user sessions ada@example.com --end-all'),
    )
    .addHelpText(
      'after',
      document(
        '{"items":[{"id","accountId","ip","userAgent","isActive","expiresAt","lastActivityAt","createdAt"}…],"nextCursor"}, with --end or --end-all {"ended"}',
      ),
    )
    .action((email, { end, endAll = false, limit, cursor }) => {
      if (end !== undefined && endAll)
        throw new UsageError('--end and --end-all are both given.', { hint: 'Give one of the two.' });
      return useDatabase(context, { create: false }, async (database) => {
        const { id: accountId, email: address } = await accountOf(database, email);
        const sessions = new Sessions(database);
        if (end !== undefined || endAll) {
          const ended =
            end === undefined
              ? await sessions.revokeAll({ accountId })
              : await sessions.revoke({ accountId, id: end }).then(() => 1);
          context.output.result({ ended }, () =>
            context.output.line(`Ended ${plural(ended, 'session')} of ${address}.`),
          );
          return;
        }
        const page = await sessions.list({
          accountId,
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        context.output.result(page, () => show(context, page));
      });
    });
}

function show({ output }: Context, { items, nextCursor }: Page<Session>): void {
  output.table(
    ['id', 'state', 'from', 'with', 'last used', 'ends'],
    items.map(({ id, isActive, ip, userAgent, lastActivityAt, expiresAt }) => [
      id,
      isActive ? 'open' : 'over',
      ip,
      userAgent,
      time(lastActivityAt),
      time(expiresAt),
    ]),
  );
  if (nextCursor !== null) output.note(`More: --cursor ${nextCursor}`);
}
