import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { initializeDatabase, placeOf, useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addInit(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('init')
    .description('make the database and its tables; one that is there already is checked and left as it is')
    .addHelpText('after', examples('keelson init', 'keelson init --url sqlite:////srv/keelson/keelson.db'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","created","migrations":[NAME…],"current","identity":{"id","environment","createdAt"}}',
      ),
    )
    .action(() =>
      useDatabase(context, { create: true }, async (database) => {
        const before = await database.migrations.status();
        const identity = await initializeDatabase(context, database);
        const { current, applied } = await database.migrations.status();
        const ran = applied
          .map(({ name }) => name)
          .filter((name) => before.applied.every((entry) => entry.name !== name));
        const result = {
          ...placeOf(context.config.database),
          created: before.fresh,
          migrations: ran,
          current,
          identity,
        };
        const { output } = context;
        output.result(result, () => {
          if (before.fresh)
            output.line(`Made the database ${result.database} with ${plural(ran.length, 'migration')}.`);
          else output.line(`The database ${result.database} is there and as it should be.`);
        });
      }),
    );
}
