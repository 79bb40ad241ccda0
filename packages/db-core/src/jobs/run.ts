import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, outsideTransaction } from '../database/database.ts';
import type { UserId } from '../database/user-id.ts';
import { ValidationError } from '../errors/index.ts';
import { withRetry } from '../resilience/index.ts';
import type { JsonValue } from '../schema/json.ts';
import { pauseAfter } from './backoff.ts';
import type { JobContext, RunnableKind } from './definition.ts';
import {
  JobAbandonedError,
  JobCancelledError,
  JobLeaseLostError,
  JobTimeoutError,
  WorkerStoppedError,
} from './errors.ts';
import { keptJson, keptText } from './inputs.ts';
import type { JobFailure } from './job.ts';
import { Lease } from './lease.ts';
import type { Claimed } from './queue.ts';

/** How one attempt ended. */
export type Ending =
  | { readonly outcome: 'completed' | 'cancelled' | 'given-back' | 'lost' }
  | { readonly outcome: 'failed' | 'retried'; readonly error: JobFailure; readonly pauseMs?: number };

export interface RunOptions {
  readonly database: Database;
  readonly kind: RunnableKind;
  readonly job: Claimed;
  readonly leaseMs: number;
  /** How long a handler that was asked to end may take for it. */
  readonly graceMs: number;
}

type Attempt = { readonly result: JsonValue } | { readonly error: unknown };

/** Beats in the length of a lease: one or two may fail. */
const BEATS = 3;
/** So often an outcome that can't be written is tried at least. */
const TRIES = 5;
const LONGEST_PAUSE_MS = 1000;
const LONGEST_MESSAGE = 4000;
const LONGEST_CODE = 200;

/** One attempt at one job, from its claim to its end. */
export class JobRun {
  readonly #options: RunOptions;
  readonly #lease: Lease;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#lease = new Lease(options);
  }

  get job(): Claimed {
    return this.#options.job;
  }

  /** Asks it to end, for this reason. */
  abort(reason: Error): void {
    this.#lease.abort(reason);
  }

  /** Never throws because of what the job does. @throws what the database says when the outcome can't be written */
  async run(): Promise<Ending> {
    const { kind, leaseMs, job } = this.#options;
    const beat = setInterval(() => void this.#lease.beat(), leaseMs / BEATS);
    const { timeoutMs } = kind;
    const timeout =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            this.abort(new JobTimeoutError(`The job ${job.id} took longer than ${timeoutMs} ms.`));
          }, timeoutMs);
    const started = performance.now();
    try {
      const attempt = await this.#attempt();
      return await this.#settle(attempt, Math.round(performance.now() - started));
    } finally {
      clearInterval(beat);
      clearTimeout(timeout);
    }
  }

  /** What the handler gives, or why not. One that doesn't end when it is asked to is left alone after a while. */
  async #attempt(): Promise<Attempt> {
    const { signal } = this.#lease;
    const ended = new AbortController();
    const leftAlone = async (): Promise<Attempt> => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await sleep(this.#options.graceMs, undefined, { signal: ended.signal }).catch(() => undefined);
      return { error: signal.reason };
    };
    try {
      return await Promise.race([outsideTransaction(this.#options.database, () => this.#handle()), leftAlone()]);
    } finally {
      ended.abort();
    }
  }

  async #handle(): Promise<Attempt> {
    const { kind } = this.#options;
    try {
      const context = this.#context(this.#parse());
      return { result: keptResult((await kind.run(context)) ?? null) };
    } catch (error) {
      return { error: this.#lease.signal.aborted ? this.#reasonFor(error) : error };
    }
  }

  /** What it throws after it was asked to end is, as a rule, the consequence. */
  #reasonFor(error: unknown): unknown {
    return error instanceof JobAbandonedError ? error : this.#lease.signal.reason;
  }

  #parse(): unknown {
    const { kind, job } = this.#options;
    try {
      return kind.parse(job.parameters);
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      throw new JobAbandonedError(`The parameters of the job ${job.id} are not those of its kind: ${error.message}`, {
        cause: error,
      });
    }
  }

  #context(parameters: unknown): JobContext<unknown> {
    const { job } = this.#options;
    const lease = this.#lease;
    return {
      jobId: job.id,
      userId: job.userId as UserId,
      parameters,
      attempt: job.attempt,
      signal: lease.signal,
      progress: (percent, stage) => lease.progress(percent, stage),
      log: (level, message, details) => lease.log(level, message, details),
      transaction: (work) => lease.transaction(work),
    };
  }

  async #settle(attempt: Attempt, durationMs: number): Promise<Ending> {
    const ending = this.#endingOf(attempt);
    if (ending.outcome === 'lost') return ending;
    let tries = 0;
    try {
      await withRetry(() => this.#write(ending, attempt, durationMs), {
        attempts: Number.POSITIVE_INFINITY,
        baseDelayMs: 100,
        maxDelayMs: LONGEST_PAUSE_MS,
        retryIf: (error) => {
          tries += 1;
          return !(error instanceof JobLeaseLostError) && (tries < TRIES || this.#mayWait);
        },
      });
      return ending;
    } catch (error) {
      if (error instanceof JobLeaseLostError) return { outcome: 'lost' };
      throw error;
    }
  }

  /** As long as nobody else takes the job, the work that was done need not be done again; a worker that stops can't wait. */
  get #mayWait(): boolean {
    return this.#lease.isHeld && !(this.#lease.signal.reason instanceof WorkerStoppedError);
  }

  #endingOf(attempt: Attempt): Ending {
    if ('result' in attempt) return { outcome: 'completed' };
    const { kind, job } = this.#options;
    const { error } = attempt;
    if (error instanceof JobLeaseLostError) return { outcome: 'lost' };
    if (error instanceof JobCancelledError) return { outcome: 'cancelled' };
    if (error instanceof WorkerStoppedError) return { outcome: 'given-back' };
    const failure = failureOf(error);
    if (error instanceof JobAbandonedError || job.attempt >= job.maxAttempts)
      return { outcome: 'failed', error: failure };
    const pauseMs = pauseAfter(job.attempt, kind.backoff, Math.random());
    return { outcome: 'retried', error: failure, pauseMs };
  }

  async #write(ending: Ending, attempt: Attempt, durationMs: number): Promise<void> {
    const { job } = this.#options;
    const now = new Date();
    const error = 'error' in ending ? { ...ending.error } : null;
    const common = { durationMs, error, result: null, attempts: job.attempt, readyAt: null, waitsUntil: null };
    switch (ending.outcome) {
      case 'completed': {
        const result = 'result' in attempt ? attempt.result : null;
        await this.#lease.settle({ ...common, status: 'completed', completedAt: now, result, progress: 100 });
        return;
      }
      case 'retried': {
        const waitsUntil = new Date(now.getTime() + (ending.pauseMs ?? 0));
        await this.#lease.settle({ ...common, status: 'pending', completedAt: null, waitsUntil });
        return;
      }
      // It wasn't the job's fault, so that the attempt doesn't count.
      case 'given-back':
        await this.#lease.settle({
          ...common,
          status: 'pending',
          completedAt: null,
          readyAt: now,
          attempts: job.attempt - 1,
        });
        return;
      case 'failed':
      case 'cancelled':
        await this.#lease.settle({ ...common, status: ending.outcome, completedAt: now });
        return;
      case 'lost':
        return;
    }
  }
}

function keptResult(result: unknown): JsonValue {
  try {
    return keptJson('result', result);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new JobAbandonedError(`What the job gave back can't be kept: ${error.message}`, { cause: error });
  }
}

function failureOf(error: unknown): JobFailure {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: keptText(String(error), LONGEST_MESSAGE) };
  const { code } = error as { code?: unknown };
  return {
    code: keptText(typeof code === 'string' && code !== '' ? code : error.name, LONGEST_CODE),
    message: keptText(error.message, LONGEST_MESSAGE),
  };
}
