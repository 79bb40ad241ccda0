import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { ApiTokens, type Database } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { waitForDatabase } from '../database.ts';
import { FIRST_USER, type FirstRun, firstRun, showFirstRun } from '../first-run/run.ts';
import { document, examples } from '../help.ts';
import { serveUntilStopped } from '../serving.ts';
import { wholeNumber } from '../values.ts';

export function addStart(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('start')
    .description('do what demo does, then serve the HTTP API and its documentation, and say how to sign in')
    .option('--port <N>', 'instead of KEELSON_HTTP_PORT; 0 takes a free one', wholeNumber(0, 65_535))
    .addHelpText('after', examples('keelson start', 'keelson start --port 8080'))
    .addHelpText(
      'after',
      document('as of demo, with "token" (null where one was made before), "url" and "docs", written when it listens'),
    )
    .addHelpText('after', '\nCtrl-C drains and closes, then ends with 130; SIGTERM does the same and ends with 0.\n')
    .action(async ({ port }) => {
      let run: FirstRun | undefined;
      await waitForDatabase(context);
      await serveUntilStopped(context, {
        port,
        log: 'warn',
        prepare: async (database) => {
          run = await firstRun(context, database);
        },
        listening: async (database, url) => {
          if (run === undefined) return;
          const token = await firstToken(database);
          const docs = `${url}/docs`;
          const done = run;
          context.output.result({ ...done, token, url, docs }, () => {
            showFirstRun(context, done);
            showAddress(context, { token, url, docs });
          });
        },
      });
    });
}

/** A first token for the first user, so that somebody can sign in; null where there is one already. */
async function firstToken(database: Database): Promise<string | null> {
  const tokens = new ApiTokens(database);
  const { items } = await tokens.list({ userId: FIRST_USER, limit: 1 });
  if (items.length > 0) return null;
  const { token } = await tokens.create({ userId: FIRST_USER, name: 'first start', scopes: ['*'] });
  return token;
}

function showAddress(
  { output }: Context,
  { token, url, docs }: { token: string | null; url: string; docs: string },
): void {
  output.line();
  output.list({
    API: `${url}/v1/conversations`,
    docs,
    'sign in':
      token === null
        ? 'with the token of the first start; `keelson token create` makes another'
        : `with this token of the user ${FIRST_USER}; it is not shown again:`,
    ...(token === null ? {} : { '': token }),
    try: `curl -H 'Authorization: Bearer ${token ?? 'TOKEN'}' ${url}/v1/conversations`,
  });
  output.note('\nCtrl-C stops.');
}
