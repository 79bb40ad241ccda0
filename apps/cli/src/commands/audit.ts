import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Audit, type AuditEvent } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addAudit(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('audit')
    .description('show who did what, the newest first')
    .option('--user <ID>', "only what was done to this owner's things (default: everybody's)")
    .option('--actor <ID>', 'only what this person did')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText('after', examples('keelson audit --actor ada', 'keelson audit --user keelson:system --json'))
    .addHelpText(
      'after',
      document(
        '{"items":[{"id","userId","actorId","action","entity","entityId","requestId","beforeDigest","afterDigest","times","at"}…],"nextCursor"}',
      ),
    )
    .action(({ user, actor, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const audit = new Audit(database);
        const input = {
          ...(actor === undefined ? {} : { actorId: actor }),
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        };
        const page = await (user === undefined ? audit.listOfAll(input) : audit.list(user, input));
        const { output } = context;
        output.result(page, () => {
          output.table(['at', 'actor', 'owner', 'action', 'what', 'request'], page.items.map(rowOf));
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}

function rowOf({ at, actorId, userId, action, entity, entityId, requestId, times }: AuditEvent) {
  const what = entityId === null ? entity : `${entity} ${entityId}`;
  return [time(at), actorId, userId, action, times === 1 ? what : `${what} (${times} times)`, requestId];
}
