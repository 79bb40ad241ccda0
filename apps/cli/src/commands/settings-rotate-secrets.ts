import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { rotateSecrets } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

/** Secrets that neither key opens. */
const FINDINGS = 5;

export function addSettingsRotateSecrets(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('rotate-secrets')
    .description("seal everybody's secret settings with KEELSON_SECRET_KEY, those of KEELSON_SECRET_KEY_PREVIOUS too")
    .addHelpText('after', examples('keelson settings rotate-secrets'))
    .addHelpText('after', document('{"rotated","unreadable"}'))
    .addHelpText(
      'after',
      '\nWhat was interrupted is finished by running it again. Ends with 5 when there are secrets that neither key opens;\nthe previous key may be thrown away when there are none and every program has the new one.\n',
    )
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const outcome = await rotateSecrets(database);
        const { output } = context;
        output.result(outcome, () => output.line(`${outcome.rotated} secrets are sealed with the new key.`));
        if (outcome.unreadable === 0) return;
        output.warn(`${outcome.unreadable} secrets were sealed with a key that is neither of the two.`);
        context.exitCode = FINDINGS;
      }),
    );
}
