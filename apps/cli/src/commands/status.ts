import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { MigrationStatus } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';

/** Drift, an interrupted migration, a newer version: something to look into. Pending migrations are ordinary. */
const FINDINGS = 5;

export function addStatus(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('status')
    .description('show which migrations have run and which are pending; changes nothing')
    .addHelpText('after', examples('keelson status', 'keelson status --json | jq .pending'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","current","pending":[NAME…],"applied":[NAME…],\n   "history":[{"name","appliedAt","durationMs","appVersion"}…],"drifted":[{"name","problem"}…],"newer":[NAME…],"unfinished":[NAME…],"foreign":[NAME…]}',
      ),
    )
    .addHelpText(
      'after',
      '\nEnds with 5 when a migration has drifted, was interrupted, or is newer than this program.\n',
    )
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const status = await database.migrations.status();
        const { current, pending, applied, drifted, newer, unfinished, foreign } = status;
        const result = {
          ...placeOf(context.config.database),
          current,
          pending,
          applied: applied.map(({ name }) => name),
          history: applied.map(({ name, appliedAt, durationMs, appVersion }) => ({
            name,
            appliedAt,
            durationMs,
            appVersion,
          })),
          drifted,
          newer,
          unfinished: unfinished.map(({ name }) => name),
          foreign,
        };
        context.output.result(result, () => show(context, status, result.database));
        if (drifted.length + newer.length + unfinished.length > 0) context.exitCode = FINDINGS;
      }),
    );
}

function show({ output }: Context, status: MigrationStatus, database: string): void {
  output.list({ database, engine: status.engine, current: status.current ?? 'no migration has run yet' });
  output.line();
  const problems = new Map([
    ...status.drifted.map(({ name, problem }) => [name, problem] as const),
    ...status.newer.map((name) => [name, 'is newer than this program'] as const),
    ...status.unfinished.map(({ name }) => [name, 'was interrupted'] as const),
  ]);
  const ran = status.applied.map(({ name, appliedAt, appVersion }) => [
    name,
    problems.get(name) ?? 'applied',
    time(appliedAt),
    appVersion,
  ]);
  const due = status.pending.map((name) => [name, problems.get(name) ?? 'pending', null, null]);
  output.table(['migration', 'state', 'when', 'by version'], [...ran, ...due]);
  if (problems.size > 0)
    output.note('\nSomething is wrong with the migrations above; `keelson validate` compares the tables.');
  else if (status.fresh) output.note('\nRun `keelson init` to make the tables.');
  else if (due.length > 0)
    output.note('\nRun `keelson migrate` to bring it up to date; `keelson migrate --dry-run` shows what that does.');
}
