import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { examine, type Finding, type Severity } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { printable } from '../output.ts';
import { listOf } from '../values.ts';

const SEVERITIES = ['error', 'warning', 'advice'] as const satisfies readonly Severity[];
const STYLES = { error: 'red', warning: 'yellow', advice: 'cyan' } as const;
const FINDINGS = 5;

export function addDoctor(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('doctor')
    .description('look for whatever may be wrong with the database, and say what to do about it')
    .option('--thorough', 'also read through large files, and compare every index with its table')
    .addOption(
      new Option('--severity <LEVEL>', 'only findings as bad as this, or worse')
        .choices(SEVERITIES)
        .default('advice' as const),
    )
    .option('--ignore <CODES>', 'findings that are meant to be so, with commas between', listOf)
    .addHelpText(
      'after',
      examples(
        'keelson doctor',
        'keelson doctor --severity warning',
        'keelson doctor --ignore SETTING_LOW,CHECKSUMS_OFF --json',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"engine","database","findings":[{"code","severity":"error|warning|advice","message","meaning","remedy","subject"?}…],\n   "checked":[NAME…],"skipped":[NAME…]}',
      ),
    )
    .addHelpText('after', '\nIt changes nothing. Ends with 5 when it shows a finding.\n')
    .action(({ thorough, severity, ignore = [] }) =>
      useDatabase(context, { create: false, connect: false }, async (database) => {
        const { output } = context;
        const { findings, checked, skipped } = await examine(database, {
          ...(thorough === true ? { thorough } : {}),
          ...(context.verbose ? { onCheck: (name) => output.note(`looking at: ${name}`) } : {}),
        });
        const shown = SEVERITIES.slice(0, SEVERITIES.indexOf(severity) + 1).flatMap((level) =>
          findings.filter((finding) => finding.severity === level && !ignore.includes(finding.code)),
        );
        output.result({ ...placeOf(context.config.database), findings: shown, checked, skipped }, () => {
          for (const finding of shown) show(context, finding);
          output.line(
            shown.length === 0
              ? `Nothing found; looked at ${plural(checked.length, 'thing')}.`
              : `${plural(shown.length, 'finding')}.`,
          );
          if (skipped.length > 0) output.note(`Not looked at because of that: ${skipped.join(', ')}.`);
        });
        if (shown.length > 0) context.exitCode = FINDINGS;
      }),
    );
}

function show({ output }: Context, { code, severity, message, meaning, remedy }: Finding): void {
  output.line(`${output.paint(STYLES[severity], severity)} ${output.paint('bold', code)}  ${printable(message)}`);
  output.line(`  ${printable(meaning)}`);
  output.line(`  → ${printable(remedy)}`);
  output.line();
}
