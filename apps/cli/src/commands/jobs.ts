import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addJobsCancel } from './jobs-cancel.ts';
import { addJobsEnqueue } from './jobs-enqueue.ts';
import { addJobsList } from './jobs-list.ts';
import { addJobsRetry } from './jobs-retry.ts';
import { addJobsShow } from './jobs-show.ts';

export function addJobs(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('jobs')
    .description('look at jobs, stop them and try them again; `keelson worker` does them')
    .addHelpText('after', examples('keelson jobs list --user ada --status failed', 'keelson jobs show ID --follow'));
  for (const add of [addJobsList, addJobsShow, addJobsEnqueue, addJobsCancel, addJobsRetry]) add(group, context);
}
