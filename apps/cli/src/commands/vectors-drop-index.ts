import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { dropVectorIndex, vectorCapabilities } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addVectorsDropIndex(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('drop-index')
    .description('remove the index; vectors stay, and are searched by an exact scan')
    .addHelpText('after', examples('keelson vectors drop-index'))
    .addHelpText('after', document('{"search","extension","version","message","hint"}'))
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        await dropVectorIndex(database);
        const capabilities = await vectorCapabilities(database);
        context.output.result(capabilities, () => context.output.line(capabilities.message));
      }),
    );
}
