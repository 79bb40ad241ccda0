import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Job, Jobs, searchReindex } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { openSearch } from '../search.ts';

export function addSearchReindex(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('reindex')
    .description('have the search index looked over by a worker, and what is out of date indexed again')
    .option('--user <ID>', 'whose (default: everybody whose index is out of date)')
    .option('--rebuild', 'empty the index first, where it is damaged; until it is done, only a part is found')
    .addHelpText('after', examples('keelson search reindex', 'keelson search reindex --user ada --rebuild'))
    .addHelpText('after', document('{"jobs":[{"id","userId","kind","status"…}…]}'))
    .action(({ rebuild = false, ...own }, command) =>
      useDatabase(context, { create: false }, async (database) => {
        // `search` has an option of this name, too, and takes it.
        const { user = own.user } = command.optsWithGlobals() as { readonly user?: string };
        const { search } = await openSearch(database, context.config.embedder);
        const jobs = new Jobs(database);
        const kind = jobs.define(searchReindex(search));
        const enqueued: Job[] = [];
        const owners = user === undefined ? search.outdatedOwners() : [user];
        for await (const owner of owners)
          enqueued.push(await jobs.enqueue(owner, kind, { rebuild }, { dedupKey: rebuild ? 'rebuild' : 'look over' }));
        const { output } = context;
        output.result({ jobs: enqueued }, () => {
          for (const { id, userId } of enqueued) output.line(`${id}  ${userId}`);
          if (enqueued.length === 0) output.note("Nobody's index is out of date. Give --user to have one looked over.");
          else output.note('`keelson worker` does it; `keelson jobs show ID --follow` shows how far it is.');
        });
      }),
    );
}
