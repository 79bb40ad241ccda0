import { Registry } from 'prom-client';
import { type Database, listenTo } from '../database/database.ts';
import { withDeadline } from '../resilience/index.ts';
import { ConfigurationError, ConnectionTimeoutError } from '../errors/index.ts';
import type { WorkerEvent } from '../jobs/worker.ts';
import type { MetricSource, Sample } from './contract.ts';
import { sourceUp } from './definitions.ts';
import { Recorder } from './recorder.ts';
import { Page } from './registry.ts';
import { cacheSource } from './sources/cache.ts';
import { alertsSource } from './sources/alerts.ts';
import { backupsSource } from './sources/backups.ts';
import { changesSource } from './sources/changes.ts';
import { poolSource, storageSource } from './sources/database.ts';
import { eventLoopSource } from './sources/event-loop.ts';
import { jobsSource } from './sources/jobs.ts';
import { replicasSource } from './sources/replicas.ts';

/** A source that takes longer is left out. */
const SOURCE_MS = 5000;

/**
 * The figures of a database and of this process, for Prometheus. It listens from the moment that it is made; a program that
 * makes none measures nothing.
 *
 * @example
 * ```ts
 * import { Metrics } from '@keelson/db-core/metrics';
 *
 * const metrics = new Metrics(database);
 * const worker = new Worker(jobs, { onEvent: (event) => metrics.onWorkerEvent(event) });
 * response.setHeader('content-type', metrics.contentType).end(await metrics.text());
 * ```
 */
export class Metrics {
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #recorder: Recorder;
  readonly #sources = new Map<string, MetricSource>();
  readonly #closings: (() => void)[];

  constructor(database: Database) {
    this.#recorder = new Recorder(database.config.target.engine);
    const eventLoop = eventLoopSource();
    this.#closings = [listenTo(database, (event) => this.#recorder.onEvent(event)), () => eventLoop.close()];
    this.register('pool', poolSource(database));
    this.register('storage', storageSource(database));
    this.register('changes', changesSource(database));
    this.register('jobs', jobsSource(database));
    this.register('cache', cacheSource(database));
    this.register('replicas', replicasSource(database));
    this.register('backups', backupsSource(database));
    this.register('alerts', alertsSource(database));
    this.register('event-loop', eventLoop);
  }

  /** To be called with what a worker of this process tells. */
  onWorkerEvent(event: WorkerEvent): void {
    this.#recorder.onWorkerEvent(event);
  }

  /**
   * Adds figures that are read each time somebody asks; whoever can't answer is left out and told by
   * `keelson_metrics_source_up`. Gives what takes them away again.
   *
   * @throws ConfigurationError when there is a source of this name
   */
  register(name: string, source: MetricSource): () => void {
    if (this.#sources.has(name)) throw new ConfigurationError(`There is a source of metrics called ${name} already.`);
    this.#sources.set(name, source);
    return () => void this.#sources.delete(name);
  }

  /** Everything, in Prometheus's text format. Never throws because of a source. */
  async text(): Promise<string> {
    const page = new Page();
    for (const timings of this.#recorder.timings) page.addTimings(timings);
    for (const counts of this.#recorder.counters()) {
      page.define(counts.definition);
      for (const sample of counts.samples()) page.add(sample);
    }
    for (const sample of this.#recorder.gauges()) page.add(sample);
    const read = await Promise.all(
      [...this.#sources].map(async ([name, source]) => ({ name, source, samples: await collected(name, source) })),
    );
    for (const { name, source, samples } of read) {
      for (const definition of source.metrics) page.define(definition);
      for (const sample of samples ?? []) page.add(sample);
      page.add({ metric: sourceUp, labels: { source: name }, value: samples === undefined ? 0 : 1 });
    }
    return page.text();
  }

  /** Listens no longer. */
  close(): void {
    for (const close of this.#closings.splice(0)) close();
  }
}

/** Undefined where it can't answer, or not in time. */
async function collected(name: string, source: MetricSource): Promise<readonly Sample[] | undefined> {
  const onTimeout = (): Error => new ConnectionTimeoutError(`The figures of ${name} were not there in time.`);
  try {
    return await withDeadline(async () => source.collect(), { timeoutMs: SOURCE_MS, onTimeout });
  } catch {
    return undefined;
  }
}
