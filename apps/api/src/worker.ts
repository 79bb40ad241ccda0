import {
  ensureBackupSchedules,
  ensureKernelSchedules,
  type Jobs,
  type Search,
  type TextEmbeddings,
  Worker,
  type WorkerEvent,
} from '@keelson/db-core';
import type { Metrics } from '@keelson/db-core/metrics';
import type { FastifyBaseLogger } from 'fastify';

export interface ApiWorkerOptions {
  readonly jobs: Jobs;
  /** Whose index is kept beside them. */
  readonly search: Search;
  /** Whose vectors are kept, where a model is set. */
  readonly embeddings?: TextEmbeddings | undefined;
  /** Jobs at the same time. */
  readonly slots: number;
  readonly metrics: Metrics;
  readonly logger: FastifyBaseLogger;
}

export interface ApiWorker {
  /** Takes no more jobs, lets those that are under way finish for a while, and gives the rest back. */
  stop(): Promise<void>;
}

/** Twice this is what a stopping worker takes at most, which is within the time that the API gives its requests. */
const GRACE_MS = 4000;

/** Does jobs, and keeps the search index, beside the requests of this process. */
export function startWorker({ jobs, search, embeddings, slots, metrics, logger }: ApiWorkerOptions): ApiWorker {
  const stop = new AbortController();
  const worker = new Worker(jobs, {
    concurrency: slots,
    graceMs: GRACE_MS,
    signal: stop.signal,
    onEvent: (event) => {
      metrics.onWorkerEvent(event);
      log(logger, event);
    },
  });
  const running = (async () => {
    // Whoever can't make them now does without until the next start; the worker itself is patient.
    await Promise.all([ensureKernelSchedules(jobs), ensureBackupSchedules(jobs)]).catch((error: unknown) => {
      logger.warn({ err: error }, 'the schedules of the kernel could not be looked at');
    });
    await Promise.all([
      worker.run(),
      search.keepIndexed({
        signal: stop.signal,
        onTrouble: (error) => logger.warn({ err: error }, 'the search index could not be kept'),
      }),
      embeddings?.keepEmbedded({
        signal: stop.signal,
        onTrouble: (error) => logger.warn({ err: error }, 'texts could not be embedded'),
      }),
    ]);
  })();
  return {
    async stop() {
      stop.abort();
      await running;
    },
  };
}

function log(logger: FastifyBaseLogger, event: WorkerEvent): void {
  if (event.type === 'trouble') {
    logger.warn({ err: event.error }, 'the worker did not get what it asked the database for');
    return;
  }
  const { job } = event;
  if (event.type === 'started') {
    logger.debug({ job }, `job ${job.kind} has begun`);
    return;
  }
  const { durationMs, ending } = event;
  const level = ending.outcome === 'failed' ? 'error' : 'info';
  logger[level]({ job, durationMs, ending }, `job ${job.kind}: ${ending.outcome}`);
}
