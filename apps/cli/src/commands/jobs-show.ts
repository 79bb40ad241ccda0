import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Job, type JobLine, Jobs } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { JobProgress } from '../job-progress.ts';

const FOLLOW_EVERY_MS = 250;
const LINES = 100;

export function addJobsShow(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('show')
    .description('show a job and the first 100 lines that it said')
    .argument('<ID>', 'its id, as `keelson jobs list` shows it')
    .option('--user <ID>', 'whose', 'default')
    .option('--follow', 'show its progress until it has ended; then end with 0 if it is completed, else with 1')
    .addHelpText('after', examples('keelson jobs show 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada --follow'))
    .addHelpText(
      'after',
      document('{"id","kind","status","progress","result","error"…,"lines":[{"level","message","details","at"}…]}'),
    )
    .action((id, { user, follow }) =>
      useDatabase(context, { create: false }, async (database) => {
        const jobs = new Jobs(database);
        const job = follow === true ? await untilEnded(context, jobs, user, id) : await jobs.get(user, id);
        const { items: lines } = await jobs.lines(user, id, { limit: LINES });
        context.output.result({ ...job, lines }, () => show(context, job, lines));
        if (follow === true && job.status !== 'completed') context.exitCode = 1;
      }),
    );
}

/** Looks again and again; Ctrl-C ends it, and not the job. */
async function untilEnded(context: Context, jobs: Jobs, user: string, id: string): Promise<Job> {
  const progress = new JobProgress();
  try {
    for (;;) {
      const job = await jobs.get(user, id);
      progress.show(job);
      if (job.completedAt !== null) return job;
      await sleep(FOLLOW_EVERY_MS, undefined, { signal: context.interrupt.signal });
    }
  } finally {
    progress.end();
  }
}

function show({ output }: Context, job: Job, lines: readonly JobLine[]): void {
  output.list({
    id: job.id,
    kind: job.kind,
    name: job.displayName,
    status: job.cancelRequestedAt !== null && job.status === 'running' ? 'running, asked to stop' : job.status,
    progress: `${job.progress} %${job.stage === null ? '' : `, ${job.stage}`}`,
    attempts: `${job.attempts} of ${job.maxAttempts}`,
    worker: job.worker,
    scheduled: time(job.scheduledAt),
    started: time(job.startedAt),
    ended: time(job.completedAt),
    took: job.durationMs === null ? null : `${job.durationMs} ms`,
    parameters: JSON.stringify(job.parameters),
    result: job.result === null ? null : JSON.stringify(job.result),
    error: job.error === null ? null : `${job.error.message} (${job.error.code})`,
  });
  if (lines.length === 0) return;
  output.line();
  output.table(
    ['time', 'attempt', 'level', 'line'],
    lines.map((line) => [time(line.at), line.attempt, line.level, line.message]),
  );
}
