import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { initializeDatabase, placeOf, waitForDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { serveUntilStopped } from '../serving.ts';
import { wholeNumber } from '../values.ts';

export function addServe(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('serve')
    .description('serve the HTTP API and its documentation; waits for the database, at most DATABASE_TIMEOUT')
    .option('--port <N>', 'instead of KEELSON_HTTP_PORT; 0 takes a free one', wholeNumber(0, 65_535))
    .addHelpText('after', examples('keelson serve', 'KEELSON_HTTP_HOST=0.0.0.0 keelson serve --port 8080'))
    .addHelpText('after', document('{"engine","database","url","docs"}, written when it listens'))
    .addHelpText('after', '\nCtrl-C drains and closes, then ends with 130; SIGTERM does the same and ends with 0.\n')
    .action(async ({ port }) => {
      await waitForDatabase(context);
      await serveUntilStopped(context, {
        port,
        log: 'info',
        prepare: async (database) => {
          await initializeDatabase(context, database);
        },
        listening: async (_database, url) => {
          const { output } = context;
          output.result({ ...placeOf(context.config.database), url, docs: `${url}/docs` }, () => {
            output.line(`The API listens on ${url}, its documentation is at ${url}/docs.`);
            output.note('Sign in with a token: `keelson token create --user NAME` makes one. Ctrl-C stops.');
          });
        },
      });
    });
}
