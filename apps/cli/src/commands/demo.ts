import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { useDatabase, waitForDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { firstRun, showFirstRun } from '../first-run/run.ts';

export function addDemo(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('demo')
    .description('make the database if need be, run every domain on real input, tell in figures what that did, and end')
    .addHelpText('after', examples('keelson demo', 'keelson demo --url sqlite:////tmp/demo.db --json'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","created","migrations":[NAME…],"user","domains":{"conversations":{"file","conversations","messages",\n   "created":{"conversations","messages"},"branches":[{"conversation","seq","answers"}…],"page":{"titles","hasMore"},"context":{"conversation","roles","of"}}}}',
      ),
    )
    .action(async () => {
      await waitForDatabase(context);
      await useDatabase(context, { create: true }, async (database) => {
        const run = await firstRun(context, database);
        context.output.result(run, () => {
          showFirstRun(context, run);
          context.output.note('\nDone. `keelson start` serves it; `keelson conversations list` shows what is there.');
        });
      });
    });
}
