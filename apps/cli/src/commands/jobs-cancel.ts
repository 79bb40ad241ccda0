import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Jobs } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addJobsCancel(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('cancel')
    .description('stop a job: one that waits at once, one that runs as soon as it listens')
    .argument('<ID>', 'its id, as `keelson jobs list` shows it')
    .option('--user <ID>', 'whose', 'default')
    .addHelpText('after', examples('keelson jobs cancel 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada'))
    .addHelpText('after', document('{"id","kind","status","cancelRequestedAt"…}, as `keelson jobs show`'))
    .action((id, { user }) =>
      useDatabase(context, { create: false }, async (database) => {
        const job = await new Jobs(database).cancel(user, id);
        context.output.result(job, () =>
          context.output.line(
            job.status === 'cancelled' ? `The job ${job.id} is cancelled.` : `The job ${job.id} was asked to stop.`,
          ),
        );
      }),
    );
}
