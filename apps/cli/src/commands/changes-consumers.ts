import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addChangesConsumers(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('consumers')
    .description('show how far each consumer of the feed has come')
    .addHelpText('after', examples('keelson changes consumers', 'keelson changes consumers --json'))
    .addHelpText(
      'after',
      document('{"items":[{"name","isRunning","behind","lagMs","resync":null|"epoch"|"behind","updatedAt"}…]}'),
    )
    .addHelpText(
      'after',
      '\nA consumer that is 10,000 changes behind may be more. One that needs a resync reads everything anew when it works next.\nOne that is no more goes with `keelson changes remove-consumer NAME`.\n',
    )
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const items = await database.changes.consumers();
        const { output } = context;
        output.result({ items }, () => {
          if (items.length === 0) {
            output.note('Nobody has consumed changes yet.');
            return;
          }
          const rows = items.map(({ name, isRunning, behind, lagMs, resync, updatedAt }) => [
            name,
            isRunning ? 'yes' : 'no',
            behind,
            lagMs === null ? null : `${(lagMs / 1000).toFixed(1)} s`,
            resync,
            time(updatedAt),
          ]);
          output.table(['consumer', 'at work', 'behind', 'lag', 'needs resync', 'last seen'], rows);
          const idle = items.filter(({ behind, isRunning }) => behind !== 0 && !isRunning);
          for (const { name } of idle.filter(({ name: each }) => each.startsWith('mirror:')))
            output.note(`Nobody keeps ${name}: run \`keelson conversations mirror --to …\` for it.`);
        });
      }),
    );
}
