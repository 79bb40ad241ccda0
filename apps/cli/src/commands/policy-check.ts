import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { checkPolicy, POLICY_ALTERNATIVES, POLICY_REASONS } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { printable } from '../output.ts';

const FINDINGS = 5;

export function addPolicyCheck(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('check')
    .description('refuse database files, and code that opens a database, where keelson.policy.json does not list them')
    .option('--staged', 'only what would be committed: for a pre-commit hook')
    .option('--folder <PATH>', 'the repository (default: the one around the working folder)')
    .addHelpText(
      'after',
      examples('keelson policy check', 'keelson policy check --staged', 'keelson policy check --json'),
    )
    .addHelpText(
      'after',
      document('{"root","files","violations":[{"kind":"database-file|database-code","path","line","message"}…]}'),
    )
    .addHelpText(
      'after',
      `
Looks at what git tracks and at new files that it does not ignore: .db and .sqlite files, imports of drivers in JavaScript and
TypeScript, and sqlite3.connect, psycopg, asyncpg and create_engine in Python. keelson.policy.json, at the repository's root:
  {"databases":[{"path":"data/keelson.db","reason":"…"}],"code":[{"path":"packages/db-core/src/engine/","reason":"…"}]}
As a hook, in .git/hooks/pre-commit: keelson policy check --staged
Ends with 5 when it refuses something.
`,
    )
    .action(({ staged = false, folder = process.cwd() }) => {
      const report = checkPolicy({ folder, staged });
      const { output } = context;
      const { violations, files } = report;
      output.result(report, () => {
        if (violations.length === 0) return output.line(`One database: nothing else in ${plural(files, 'file')}.`);
        for (const { message } of violations) output.line(`${output.paint('red', 'refused:')} ${printable(message)}`);
        output.line();
        for (const line of POLICY_REASONS) output.line(line);
        output.line();
        output.line('What to do instead:');
        for (const [index, line] of POLICY_ALTERNATIVES.entries()) output.line(`  ${index + 1}. ${line}`);
      });
      if (violations.length > 0) context.exitCode = FINDINGS;
    });
}
