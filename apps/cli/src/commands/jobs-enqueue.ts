import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { defineBackupJobs, Jobs, type JsonValue, retentionJob } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { retentionRules } from '../retention.ts';
import { pointInTime } from '../values.ts';

export function addJobsEnqueue(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('enqueue')
    .description('have something done by a worker')
    .argument('<KIND>', 'what: kernel.optimize')
    .option('--user <ID>', 'whose job it is', 'default')
    .option('--parameters <JSON>', 'what it is given (default: {})', json)
    .option('--at <WHEN>', 'not before: 12h, 90d, or a date (default: at once)', pointInTime)
    .option('--key <KEY>', 'make no other while an open job has this key')
    .addHelpText('after', examples('keelson jobs enqueue kernel.optimize --key nightly'))
    .addHelpText('after', document('{"id","kind","status"…}, as `keelson jobs show`'))
    .action((kind, { user, parameters = {}, at, key }) =>
      useDatabase(context, { create: true }, async (database) => {
        const jobs = new Jobs(database);
        defineBackupJobs(jobs);
        const { countTokensJob } = await import('@keelson/conversations');
        jobs.define(countTokensJob(database));
        jobs.define(retentionJob(database, await retentionRules()));
        const job = await jobs.enqueue(user, kind, parameters, {
          ...(at === undefined ? {} : { at }),
          ...(key === undefined ? {} : { dedupKey: key }),
        });
        const { output } = context;
        output.result(job, () => {
          output.line(job.id);
          output.note('`keelson worker` does it; `keelson jobs show ID --follow` shows how far it is.');
        });
      }),
    );
}

function json(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new InvalidArgumentError('Give a JSON value, such as {"name":"Ada"}.');
  }
}
