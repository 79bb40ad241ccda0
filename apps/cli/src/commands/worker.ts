import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import {
  type Database,
  defineAlertJob,
  defineBackupJobs,
  ensureBackupSchedules,
  ensureKernelSchedules,
  Instances,
  Jobs,
  openDatabase,
  type Registration,
  retentionJob,
  searchReindex,
  watchAlerts,
  Worker,
  type WorkerEvent,
} from '@keelson/db-core';
import type { Context } from '../context.ts';
import { closeSoon, placeOf, waitForDatabase } from '../database.ts';
import { eventLines } from '../events.ts';
import { document, examples } from '../help.ts';
import { sigterm } from '../interrupt.ts';
import { retentionRules } from '../retention.ts';
import { openSearch } from '../search.ts';
import { listOf, wholeNumber } from '../values.ts';
import { version } from '../version.ts';

type Counts = Record<'completed' | 'failed' | 'retried' | 'cancelled' | 'given-back' | 'lost', number>;

export function addWorker(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('worker')
    .description('do jobs until told to stop, enqueue those that come by the clock, and keep the search index')
    .option('--concurrency <N>', 'jobs at the same time, 1 to 1000 (default: 4)', wholeNumber(1, 1000))
    .option('--kind <KIND>', 'only this kind; may be repeated (default: all)', listOf)
    .addHelpText('after', examples('keelson worker', 'keelson worker --concurrency 8 --kind kernel.optimize'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","worker","completed","failed","retried","cancelled","given-back","lost"}, when it stops',
      ),
    )
    .addHelpText(
      'after',
      '\nCtrl-C or SIGTERM: it takes no more, lets jobs finish for 10 s, and gives the rest back. It then ends with 130, or 0\nafter SIGTERM. Run as many workers as you like; what one that dies had begun, another one does.\n',
    )
    .action(async ({ concurrency, kind }) => {
      await waitForDatabase(context);
      const { output, config, interrupt } = context;
      const onEvent = eventLines({
        echo: config.database.echo,
        verbose: context.verbose,
        write: (line) => output.note(line),
      });
      const database = openDatabase({
        config: config.database,
        applicationName: 'keelson worker',
        ...(onEvent === undefined ? {} : { onEvent }),
      });
      try {
        await database.initialize();
        const counts: Counts = { completed: 0, failed: 0, retried: 0, cancelled: 0, 'given-back': 0, lost: 0 };
        const jobs = new Jobs(database);
        defineBackupJobs(jobs);
        jobs.define(retentionJob(database, await retentionRules()));
        defineAlertJob(jobs);
        const { search, embeddings } = await openSearch(database, config.embedder);
        jobs.define(searchReindex(search));
        const { countTokensJob } = await import('@keelson/conversations');
        jobs.define(countTokensJob(database));
        const signal = AbortSignal.any([interrupt.signal, sigterm()]);
        const worker = new Worker(jobs, {
          signal,
          ...(concurrency === undefined ? {} : { concurrency }),
          ...(kind === undefined ? {} : { kinds: kind }),
          onEvent: (event) => tell(context, counts, event),
        });
        await ensureKernelSchedules(jobs);
        await ensureBackupSchedules(jobs);
        const instance = await registerWorker(context, jobs.database);
        const alerts = watchAlerts(database, {
          onAlert: (transition, { rule, message }) => output.warn(`alert ${transition}: ${rule}: ${message}`),
          onTrouble: (error) => output.warn(error instanceof Error ? error.message : String(error)),
        });
        output.note(`The worker ${worker.name} looks for ${(kind ?? jobs.kinds).join(', ')}. Ctrl-C stops.`);
        const indexing = search.keepIndexed({
          signal,
          onTrouble: (error) => output.warn(error instanceof Error ? error.message : String(error)),
        });
        const embedding = embeddings?.keepEmbedded({
          signal,
          onTrouble: (error) => output.warn(error instanceof Error ? error.message : String(error)),
        });
        await Promise.all([worker.run(), indexing, embedding]);
        await alerts.stop();
        await instance.end();
        if (interrupt.signal.aborted) context.exitCode = 130;
        output.result({ ...placeOf(config.database), worker: worker.name, ...counts }, () =>
          output.line(
            Object.entries(counts)
              .map(([outcome, count]) => `${count} ${outcome}`)
              .join(', '),
          ),
        );
      } finally {
        await closeSoon(database);
      }
    });
}

function tell({ output }: Context, counts: Counts, event: WorkerEvent): void {
  if (event.type === 'trouble') {
    output.warn(event.error instanceof Error ? event.error.message : String(event.error));
    return;
  }
  const { kind, id, userId, attempt } = event.job;
  const job = `${kind} ${id} of ${userId}`;
  if (event.type === 'started') {
    output.note(`begun: ${job}${attempt === 1 ? '' : `, attempt ${attempt}`}`);
    return;
  }
  const { ending, durationMs } = event;
  counts[ending.outcome] += 1;
  const why = 'error' in ending ? `: ${ending.error.message} (${ending.error.code})` : '';
  const again = 'pauseMs' in ending && ending.pauseMs !== undefined ? `; again in ${ending.pauseMs} ms` : '';
  output.note(`${ending.outcome}: ${job}, ${durationMs} ms${why}${again}`);
}

function registerWorker({ output }: Context, database: Database): Promise<Registration> {
  return new Instances(database).register({
    kind: 'worker',
    appVersion: version,
    onTrouble: (error) => output.warn(error instanceof Error ? error.message : String(error)),
  });
}
