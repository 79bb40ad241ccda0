import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import { outsideTransaction } from '../database/database.ts';
import { parseInput } from '../platform/input.ts';
import { JobCancelledError, WorkerStoppedError } from './errors.ts';
import { workerSchema } from './inputs.ts';
import type { Jobs } from './jobs.ts';
import { type Claimed, Queue } from './queue.ts';
import { type Ending, JobRun } from './run.ts';
import { Schedules } from './schedules.ts';
import { listen } from './wake.ts';

/** What a worker tells its host. */
export type WorkerEvent =
  | { readonly type: 'started'; readonly job: WorkedJob }
  | { readonly type: 'ended'; readonly job: WorkedJob; readonly durationMs: number; readonly ending: Ending }
  /** The database didn't do what was asked; the worker goes on, and what it holds is done by it or another. */
  | { readonly type: 'trouble'; readonly error: unknown };

export type WorkedJob = Pick<Claimed, 'id' | 'userId' | 'kind' | 'attempt'>;

export interface WorkerOptions {
  /** Jobs at the same time, 1–1,000. Default: 4. */
  readonly concurrency?: number;
  /** Only these kinds. Default: all that are defined. */
  readonly kinds?: readonly string[];
  /** Aborted when the worker shall stop: it takes no more, and finishes or gives back what it has. */
  readonly signal?: AbortSignal;
  /**
   * How long a job is safe from other workers after the last sign of life, in milliseconds; there are three signs in that
   * time. Clocks of different machines must agree to a fraction of it. Default: 30,000.
   */
  readonly leaseMs?: number;
  /** How often it looks for what other processes enqueued, in milliseconds. Default: 500. */
  readonly pollMs?: number;
  /** How long jobs may go on after `signal`, and after their own, in milliseconds. Default: 10,000. */
  readonly graceMs?: number;
  /** What it is called in its jobs. Default: host, process and a random part. */
  readonly name?: string;
  readonly onEvent?: (event: WorkerEvent) => void;
}

/**
 * Does jobs. As many workers as you like, in as many processes; each job is with one of them at a time, and goes to another
 * one when a worker dies.
 *
 * @example
 * ```ts
 * const stop = new AbortController();
 * const running = new Worker(jobs, { concurrency: 8, signal: stop.signal }).run();
 * // …
 * stop.abort();
 * await running;
 * ```
 */
export class Worker {
  readonly name: string;
  readonly #jobs: Jobs;
  readonly #options: Required<Omit<WorkerOptions, 'name' | 'onEvent' | 'signal'>>;
  readonly #signal: AbortSignal | undefined;
  readonly #onEvent: (event: WorkerEvent) => void;
  readonly #queue: Queue;
  readonly #schedules: Schedules;
  readonly #running = new Map<JobRun, Promise<void>>();
  #sweptAt = Number.NEGATIVE_INFINITY;
  /** Ends the wait for something to do. */
  #stir: () => void = () => undefined;
  #stirred = false;

  /** @throws JobKindUnknownError, or ValidationError for options that can't be */
  constructor(jobs: Jobs, { signal, onEvent, ...options }: WorkerOptions = {}) {
    const { name, kinds = jobs.kinds, ...numbers } = parseInput(workerSchema, options);
    for (const kind of kinds) jobs.kind(kind);
    this.name = name ?? `${hostname().slice(0, 100)}:${process.pid}:${randomBytes(4).toString('hex')}`;
    this.#jobs = jobs;
    this.#options = { kinds, ...numbers };
    this.#signal = signal;
    this.#onEvent = onEvent ?? (() => undefined);
    this.#queue = new Queue({ database: jobs.database, worker: this.name, leaseMs: numbers.leaseMs });
    this.#schedules = new Schedules(jobs);
  }

  /** Works until `signal`; then resolves when every job has ended or was given back. Call it once. */
  async run(): Promise<void> {
    // Whoever starts a worker inside a transaction doesn't want its jobs in there.
    await outsideTransaction(this.#jobs.database, () => this.#work());
  }

  async #work(): Promise<void> {
    const onStop = (): void => this.#wake();
    this.#signal?.addEventListener('abort', onStop);
    const unlisten = listen(this.#jobs.database, {
      ready: () => this.#wake(),
      cancelled: (jobId) => this.#cancel([jobId]),
    });
    try {
      while (this.#signal?.aborted !== true) {
        await this.#turn();
        await this.#waitForWork();
      }
      await this.#stop();
    } finally {
      unlisten();
      this.#signal?.removeEventListener('abort', onStop);
    }
  }

  /** Looks once for what there is to do. What one of these can't do keeps none of the others from being done. */
  async #turn(): Promise<void> {
    const now = performance.now();
    if (now - this.#sweptAt >= this.#options.pollMs) {
      this.#sweptAt = now;
      await this.#try(async () => {
        await this.#schedules.enqueueDue(this.#options.kinds);
      });
      await this.#try(() => this.#queue.sweep());
      if (this.#running.size > 0)
        await this.#try(async () => {
          this.#cancel(await this.#queue.cancelRequests());
        });
    }
    await this.#try(() => this.#claim());
  }

  async #claim(): Promise<void> {
    const free = this.#options.concurrency - this.#running.size;
    if (free === 0) return;
    for (const job of await this.#queue.claim(this.#options.kinds, free)) this.#start(job);
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#emit({ type: 'trouble', error });
    }
  }

  #cancel(ids: readonly string[]): void {
    for (const run of this.#running.keys()) {
      if (ids.includes(run.job.id)) run.abort(new JobCancelledError(`The job ${run.job.id} was cancelled.`));
    }
  }

  #start(job: Claimed): void {
    const { leaseMs, graceMs } = this.#options;
    const kind = this.#jobs.kind(job.kind);
    const run = new JobRun({ database: this.#jobs.database, kind, job, leaseMs, graceMs });
    const { id, userId, attempt } = job;
    const told = { id, userId, kind: job.kind, attempt };
    this.#emit({ type: 'started', job: told });
    const started = performance.now();
    const ended = run
      .run()
      .then(
        (ending) => {
          this.#emit({ type: 'ended', job: told, durationMs: Math.round(performance.now() - started), ending });
        },
        (error: unknown) => this.#emit({ type: 'trouble', error }),
      )
      .finally(() => {
        this.#running.delete(run);
        this.#wake();
      });
    this.#running.set(run, ended);
  }

  async #stop(): Promise<void> {
    if (await this.#emptyWithin(this.#options.graceMs)) return;
    for (const run of this.#running.keys()) {
      run.abort(new WorkerStoppedError(`The worker of the job ${run.job.id} was stopped.`));
    }
    await Promise.all(this.#running.values());
  }

  /** Have all jobs ended in this time? */
  async #emptyWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const empty = Promise.all(this.#running.values()).then(() => true);
    try {
      return await Promise.race([empty, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #wake(): void {
    this.#stirred = true;
    this.#stir();
  }

  /** Until something was enqueued here, a job has ended, or it is time to look. */
  async #waitForWork(): Promise<void> {
    if (!this.#stirred) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#options.pollMs);
        this.#stir = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#stirred = false;
    this.#stir = () => undefined;
  }

  #emit(event: WorkerEvent): void {
    try {
      this.#onEvent(event);
    } catch (error) {
      process.emitWarning(`A worker's event listener failed: ${String(error)}`, 'KeelsonListenerWarning');
    }
  }
}
