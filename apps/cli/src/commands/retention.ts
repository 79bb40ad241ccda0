import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readIdentity, Retention, type RetentionOutcome } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { JobProgress } from '../job-progress.ts';
import { retentionRules } from '../retention.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export function addRetention(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('retention')
    .description('archive, remove and erase what is due by the rules of how long things are kept')
    .option('--dry-run', 'count what is due by each rule, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .addHelpText(
      'after',
      examples('keelson retention --dry-run', 'keelson retention --dry-run --json', 'keelson retention --yes'),
    )
    .addHelpText(
      'after',
      document(
        '{"engine","database","dryRun","rules":[{"rule","purpose","table","action":"archive|remove|erase|move","keepMs":null|…,"before":null|…,"rows"}…]}',
      ),
    )
    .addHelpText(
      'after',
      '\nA worker does the same every night (kernel.retention). How long is set by RETENTION_… and JOBS_RETENTION_DAYS. Interrupted, it\ngoes on when it is run again.\n',
    )
    .action(({ dryRun = false, yes = false, confirm }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { config, output, interrupt } = context;
        const { signal } = interrupt;
        const retention = new Retention(database, await retentionRules());
        const place = { ...placeOf(config.database), dryRun };
        const due = await retention.preview({ signal });
        if (dryRun) {
          output.result({ ...place, rules: due }, () => show(context, due));
          return;
        }
        const count = due.reduce((sum, { rows }) => sum + rows, 0);
        const what = `This archives, removes, erases or packs ${plural(count, 'row')} of ${place.database}; --dry-run shows which.`;
        if (count > 0)
          await confirmDestruction(context, { what, yes, name: confirm, identity: await readIdentity(database) });
        const progress = new JobProgress();
        const done = await retention
          .run({
            signal,
            onProgress: ({ rule, done: rules, total }) =>
              progress.show({ status: 'running', progress: Math.floor((100 * rules) / total), stage: rule }),
          })
          .finally(() => progress.end());
        output.result({ ...place, rules: done }, () => show(context, done));
      }),
    );
}

function show({ output }: Context, rules: readonly RetentionOutcome[]): void {
  output.table(
    ['rule', 'does', 'after', 'rows', 'of'],
    rules.map(({ rule, action, keepMs, rows, purpose }) => [rule, action, spanOf(keepMs), rows, purpose]),
  );
}

function spanOf(ms: number | null): string {
  if (ms === null) return 'never';
  if (ms === 0) return 'at once';
  if (ms >= DAY_MS) return plural(Math.round(ms / DAY_MS), 'day');
  return ms >= HOUR_MS ? plural(Math.round(ms / HOUR_MS), 'hour') : plural(Math.round(ms / 1000), 'second');
}
