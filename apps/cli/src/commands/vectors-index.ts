import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { buildVectorIndex, vectorCapabilities } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addVectorsIndex(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('index')
    .description('make the index of sqlite-vec or pgvector anew; searches go on meanwhile')
    .addHelpText('after', examples('keelson vectors index', 'keelson vectors index --json'))
    .addHelpText('after', document('{"indexed","search","extension","version","message","hint"}'))
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const indexed = await buildVectorIndex(database, {
          onProgress: ({ done, total }) => context.output.note(`${done} of ${total} vectors`),
        });
        const capabilities = await vectorCapabilities(database);
        context.output.result({ indexed, ...capabilities }, () =>
          context.output.line(`Indexed ${indexed} vectors. ${capabilities.message}`),
        );
      }),
    );
}
