import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { JOB_STATUSES, Jobs, type JobStatus } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { shorten, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addJobsList(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('list')
    .description("list a user's jobs, the newest first")
    .option('--user <ID>', 'whose', 'default')
    .option('--status <STATUS>', JOB_STATUSES.join(', '), jobStatus)
    .option('--kind <KIND>', 'only this kind')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText('after', examples('keelson jobs list --user ada', 'keelson jobs list --status failed --json'))
    .addHelpText(
      'after',
      document('{"items":[{"id","kind","status","progress","stage","attempts","error","createdAt"…}…],"nextCursor"}'),
    )
    .action(({ user, status, kind, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const page = await new Jobs(database).list(user, {
          ...(status === undefined ? {} : { status }),
          ...(kind === undefined ? {} : { kind }),
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          const rows = page.items.map((job) => [
            job.id,
            shorten(job.displayName ?? job.kind, 40),
            job.status,
            `${job.progress} %`,
            `${job.attempts}/${job.maxAttempts}`,
            time(job.completedAt ?? job.startedAt ?? job.scheduledAt),
            shorten(job.error?.message ?? job.stage ?? '', 50),
          ]);
          output.table(['id', 'job', 'status', 'progress', 'attempts', 'since', 'stage or error'], rows);
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}

function jobStatus(text: string): JobStatus {
  const known = JOB_STATUSES.find((status) => status === text.toLowerCase());
  if (known === undefined) throw new InvalidArgumentError(`Give one of ${JOB_STATUSES.join(', ')}.`);
  return known;
}
