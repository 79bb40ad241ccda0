import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type KeptDatabase, listKept, readIdentity, removeKept } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { commandConfig, placeOf, useDatabase } from '../database.ts';
import { bytes, plural } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addBackupsRemoveKept(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('remove-kept')
    .description('remove for good what `keelson restore` replaced and kept beside the database')
    .option('--dry-run', 'show what would be removed, and remove nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .addHelpText('after', examples('keelson backups remove-kept --dry-run', 'keelson backups remove-kept --yes'))
    .addHelpText(
      'after',
      document('{"engine","database","dryRun","items":[{"name":"a file, or a schema of the server","bytes"}…]}'),
    )
    .action(({ dryRun = false, yes = false, confirm }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { output } = context;
        const config = commandConfig(context);
        const place = placeOf(config);
        const items = await listKept(config);
        if (items.length > 0 && !dryRun) {
          const what = `This removes for good what was kept when ${place.database} was restored: ${items.map(({ name }) => name).join(', ')}.`;
          await confirmDestruction(context, { what, yes, name: confirm, identity: await readIdentity(database) });
          for (const item of items) await removeKept(config, item);
        }
        output.result({ ...place, dryRun, items }, () => show(context, items, dryRun));
      }),
    );
}

function show({ output }: Context, items: readonly KeptDatabase[], dryRun: boolean): void {
  if (items.length === 0) output.line('Nothing is kept of earlier restores.');
  for (const { name, bytes: size } of items) output.line(`${dryRun ? 'would go' : 'removed'}: ${name}, ${bytes(size)}`);
  if (dryRun && items.length > 0) output.note(`${plural(items.length, 'database')} in all.`);
}
