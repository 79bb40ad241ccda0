import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { inspectPlan, inspectPlans } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addInspectPlans(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('plans')
    .description('show how the database would run a statement that this program defines; without a name, all of them')
    .argument('[NAME]', 'the statement, as docs/sql and /metrics call it')
    .addHelpText('after', examples('keelson inspect plans conversations.findById', 'keelson inspect plans --json'))
    .addHelpText('after', document('{"plans":[{"name","sql","text","scans":[TABLE…],"indexes":[NAME…],"sorts"}…]}'))
    .action((name) =>
      useDatabase(context, { create: false }, async (database) => {
        // Statements are known by their names once their package is loaded; the others of this program are already.
        await import('@keelson/conversations');
        const plans = name === undefined ? await inspectPlans(database) : [await inspectPlan(database, name)];
        const { output } = context;
        output.result({ plans }, () => {
          if (name !== undefined) {
            for (const { sql, text } of plans) output.line(`${sql}\n\n${text}`);
            return;
          }
          output.table(
            ['statement', 'indexes', 'reads from end to end', 'sorts'],
            plans.map((plan) => [plan.name, plan.indexes.join(', '), plan.scans.join(', '), plan.sorts ? 'yes' : '']),
          );
        });
      }),
    );
}
