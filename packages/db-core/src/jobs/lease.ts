import { afterCommit, type Database, isInsideTransaction, outsideTransaction } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import type { JobLogLevel } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';
import { keptJson, keptText } from './inputs.ts';
import { JobCancelledError, JobLeaseLostError } from './errors.ts';
import * as queries from './job.repository.ts';
import type { Claimed } from './queue.ts';

export interface LeaseOptions {
  readonly database: Database;
  readonly job: Claimed;
  readonly leaseMs: number;
}

/** What is told often is written so rarely. */
const REPORT_EVERY_MS = 250;
const LONGEST_LINE = 4000;
const LONGEST_STAGE = 200;

type Settlement = Omit<queries.Settled, 'id' | 'token' | 'now' | 'progress' | 'stage'> & { readonly progress?: number };

/**
 * A worker's right to a job. Everything that the worker writes for it goes through here and says the lease's token in the
 * same statement, or in the same transaction: once another worker has the job, nothing of this one is kept.
 */
export class Lease {
  readonly job: Claimed;
  readonly #database: Database;
  readonly #user: UserHandle;
  readonly #leaseMs: number;
  readonly #controller = new AbortController();
  /** By this process's own clock. */
  #until: number;
  #lost: JobLeaseLostError | undefined;
  #progress = 0;
  #stage: string | null = null;
  #lines: queries.NewLine[] = [];
  #reportedAt = Number.NEGATIVE_INFINITY;
  #reporting: Promise<void> | undefined;
  /** Transactions of the job that hold its row, and with it the lease. */
  #holding = 0;

  constructor({ database, job, leaseMs }: LeaseOptions) {
    this.job = job;
    this.#database = database;
    this.#user = database.forUser(job.userId);
    this.#leaseMs = leaseMs;
    this.#until = job.claimedAt + leaseMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** As far as this process knows. */
  get isHeld(): boolean {
    return this.#lost === undefined && performance.now() < this.#until;
  }

  /** Asks the handler to end; the first reason counts. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  async progress(percent: number, stage?: string): Promise<void> {
    this.#assertHeld();
    this.#progress = Math.round(Math.min(100, Math.max(0, Number.isNaN(percent) ? 0 : percent)));
    if (stage !== undefined) this.#stage = keptText(stage, LONGEST_STAGE);
    await this.#reportIfDue();
  }

  async log(level: JobLogLevel, message: string, details: JsonValue = null): Promise<void> {
    this.#assertHeld();
    const { id: jobId, attempt } = this.job;
    const line = {
      id: newId(),
      jobId,
      attempt,
      level,
      message: keptText(message, LONGEST_LINE),
      details: keptJson('details', details),
      now: new Date(),
    };
    this.#lines.push(line);
    await this.#reportIfDue();
  }

  /** The row that is written first stays locked until the end, so that nobody can take the job over meanwhile. */
  async transaction<T>(work: (user: UserHandle) => Promise<T>): Promise<T> {
    this.#assertHeld();
    this.#holding += 1;
    try {
      return await this.#user.transaction(async (user) => {
        await this.#extend();
        return work(user);
      });
    } finally {
      this.#holding -= 1;
    }
  }

  /** Extends the lease and tells what is known. Whatever goes wrong is tried again with the next one, until the lease is over. */
  async beat(): Promise<void> {
    if (this.#lost !== undefined || this.#holding > 0) return;
    if (performance.now() >= this.#until) {
      this.#lose('its worker could not extend it in time');
      return;
    }
    try {
      await this.#report();
    } catch {
      // Known to the lease, if it is lost; otherwise the database doesn't answer just now.
    }
  }

  /** Ends the lease. @throws JobLeaseLostError when it was over already */
  async settle({ progress, ...settlement }: Settlement): Promise<void> {
    await this.#reporting?.catch(() => undefined);
    const { id, token } = this.job;
    await outsideTransaction(this.#database, () =>
      this.#user.transaction(async (user) => {
        const told = { progress: progress ?? this.#progress, stage: this.#stage };
        const row = await user.first(queries.settle, { id, token, now: new Date(), ...told, ...settlement });
        if (row === undefined) throw this.#lose('another worker has it');
        await this.#writeLines();
      }),
    );
  }

  #assertHeld(): void {
    if (this.#lost !== undefined) throw this.#lost;
  }

  async #reportIfDue(): Promise<void> {
    // Inside a transaction of the handler this would wait for the handler itself; it is told with the next beat.
    if (this.#holding > 0 || isInsideTransaction(this.#database)) return;
    if (performance.now() - this.#reportedAt >= REPORT_EVERY_MS) await this.#report();
    this.#assertHeld();
  }

  /** One at a time; who comes meanwhile waits for the one that runs. */
  #report(): Promise<void> {
    this.#reporting ??= outsideTransaction(this.#database, () => this.#write()).finally(() => {
      this.#reporting = undefined;
    });
    return this.#reporting;
  }

  async #write(): Promise<void> {
    this.#reportedAt = performance.now();
    if (this.#lines.length === 0) return this.#extend();
    await this.#user.transaction(async () => {
      await this.#extend();
      await this.#writeLines();
    });
  }

  async #extend(): Promise<void> {
    const { id, token } = this.job;
    const started = performance.now();
    const now = new Date();
    const leaseUntil = new Date(now.getTime() + this.#leaseMs);
    const told = { progress: this.#progress, stage: this.#stage };
    const row = await this.#user.first(queries.report, { id, token, now, leaseUntil, ...told });
    if (row === undefined) throw this.#lose('another worker has it');
    afterCommit(this.#database, () => {
      this.#until = started + this.#leaseMs;
    });
    if (row.cancel_requested_at !== null) this.abort(new JobCancelledError(`The job ${id} was cancelled.`));
  }

  async #writeLines(): Promise<void> {
    const sent = [...this.#lines];
    await this.#user.runMany(queries.insertLine, sent);
    afterCommit(this.#database, () => {
      this.#lines = this.#lines.slice(sent.length);
    });
  }

  #lose(why: string): JobLeaseLostError {
    const { id, attempt } = this.job;
    this.#lost ??= new JobLeaseLostError(`Attempt ${attempt} of the job ${id} lost its lease: ${why}.`, {
      details: { jobId: id, attempt },
    });
    this.abort(this.#lost);
    return this.#lost;
  }
}
