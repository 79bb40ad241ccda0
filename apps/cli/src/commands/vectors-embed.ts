import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { NoEmbedderError } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { openSearch } from '../search.ts';

export function addVectorsEmbed(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('embed')
    .description('embed texts that the model has not seen yet, which a worker does by itself; interrupted, it goes on')
    .option('--user <ID>', 'whose (default: everybody who has texts in the search index)')
    .addHelpText('after', examples('keelson vectors embed', 'keelson vectors embed --user ada --json'))
    .addHelpText('after', document('{"model","users","embedded"}'))
    .action(({ user }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { search, embeddings } = await openSearch(database, context.config.embedder);
        if (embeddings === undefined)
          throw new NoEmbedderError('No embedding model is set, so there is nothing to embed.');
        const { signal } = context.interrupt;
        const done = { model: embeddings.vectors.embedder.model, users: 0, embedded: 0 };
        for await (const owner of user === undefined ? search.owners() : [user]) {
          await search.refresh(owner, { signal });
          await embeddings.markMissing(owner, signal);
          const onProgress = (rows: number): void => context.output.note(`${rows} of ${owner}`);
          done.embedded += await embeddings.embed(owner, { signal, onProgress });
          done.users += 1;
        }
        context.output.result(done, () =>
          context.output.line(`${done.model} has embedded ${done.embedded} rows of ${done.users} users.`),
        );
      }),
    );
}
