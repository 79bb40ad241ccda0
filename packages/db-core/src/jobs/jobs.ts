import type * as z from 'zod';
import { afterCommit, type Database } from '../database/database.ts';
import { ConfigurationError, UniqueViolationError } from '../errors/index.ts';
import { decodeCursor, type Page, pageOf, parseInput } from '../platform/input.ts';
import type { JobStatus } from '../schema/enumerations.ts';
import { type JobDefinition, type JobKind, type RunnableKind, runnable } from './definition.ts';
import { type EnqueueOptions, insertJob } from './enqueue.ts';
import { erase } from './erase.ts';
import { JobKindUnknownError, JobNotFoundError, JobStateError } from './errors.ts';
import { keptJson, idSchema, linesSchema, listSchema } from './inputs.ts';
import { type Job, type JobLine, toJob, toLine } from './job.ts';
import * as queries from './job.repository.ts';
import { optimize } from './optimize.ts';
import { readinessSample } from './readiness.ts';
import { wake } from './wake.ts';

export interface ListJobs {
  readonly status?: JobStatus;
  readonly kind?: string;
  /** 1–500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

/** UUIDs are compared as such on PostgreSQL, so that a list can't begin before or after an empty text. */
const AFTER_ALL_IDS = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';
const TRIES = 5;

/**
 * The jobs of a database: what kinds there are, and what is to be done. {@link Worker} does it. Each job has an owner, and
 * nobody else's is ever seen.
 *
 * @example
 * ```ts
 * const jobs = new Jobs(database);
 * const greet = jobs.define({
 *   kind: 'example.greet',
 *   parameters: z.object({ name: z.string() }),
 *   run: async ({ parameters, log }) => {
 *     await log('info', `Hello ${parameters.name}`);
 *   },
 * });
 * await jobs.enqueue('ada', greet, { name: 'Bob' });
 * await new Worker(jobs, { signal }).run();
 * ```
 */
export class Jobs {
  readonly database: Database;
  readonly #kinds = new Map<string, RunnableKind>();

  constructor(database: Database) {
    this.database = database;
    this.define(erase(database));
    this.define(optimize(database));
    this.define(readinessSample(database));
  }

  /** @throws ConfigurationError when the kind is defined already */
  define<Schema extends z.ZodType>(definition: JobDefinition<Schema>): JobKind<z.input<Schema>> {
    const kind = runnable(definition);
    if (this.#kinds.has(kind.kind))
      throw new ConfigurationError(`Jobs of the kind ${kind.kind} are defined twice.`, {
        hint: 'Give one of them another name.',
      });
    this.#kinds.set(kind.kind, kind);
    return kind as JobKind<z.input<Schema>>;
  }

  /** The kinds that are defined, in the order of their names. */
  get kinds(): readonly string[] {
    return [...this.#kinds.keys()].sort();
  }

  /** @throws JobKindUnknownError */
  kind(name: string): RunnableKind {
    const kind = this.#kinds.get(name);
    if (kind !== undefined) return kind;
    throw new JobKindUnknownError(`No jobs of the kind ${name} are defined.`, {
      details: { issues: [{ path: 'kind', message: 'is not defined' }], known: this.kinds },
    });
  }

  /**
   * Has something done. Inside a transaction the job exists if and only if the transaction is kept.
   *
   * @throws JobKindUnknownError, or ValidationError that names what is wrong with the parameters or options
   */
  async enqueue<Parameters>(
    userId: string,
    kind: JobKind<Parameters> | string,
    parameters: Parameters,
    options: EnqueueOptions = {},
  ): Promise<Job> {
    const definition = this.kind(typeof kind === 'string' ? kind : kind.kind);
    definition.parse(parameters);
    const kept = keptJson('parameters', parameters);
    return insertJob(this.database, { userId, kind: definition, parameters: kept }, options);
  }

  /** @throws JobNotFoundError when there is none, or it is somebody else's */
  async get(userId: string, id: string): Promise<Job> {
    const user = this.database.forUser(userId);
    const valid = parseInput(idSchema, { id });
    const row = await user.first(queries.findById, valid);
    if (row === undefined) throw notFound(valid.id);
    return toJob(user.userId, row);
  }

  /** Newest first. */
  async list(userId: string, input: ListJobs = {}): Promise<Page<Job>> {
    const user = this.database.forUser(userId);
    const { status, kind, limit, cursor } = parseInput(listSchema, input);
    const page = { before: decodedId(cursor) ?? AFTER_ALL_IDS, limit: limit + 1 };
    const read = () => {
      if (kind !== undefined && status !== undefined)
        return user.all(queries.listOfKindAndStatus, { ...page, kind, status });
      if (kind !== undefined) return user.all(queries.listOfKind, { ...page, kind });
      if (status !== undefined) return user.all(queries.listOfStatus, { ...page, status });
      return user.all(queries.list, page);
    };
    return pageOf(await read(), limit, { item: (row) => toJob(user.userId, row), key: (row) => row.id });
  }

  /** What a job said, oldest first. @throws JobNotFoundError */
  async lines(userId: string, id: string, input: Pick<ListJobs, 'limit' | 'cursor'> = {}): Promise<Page<JobLine>> {
    const { id: jobId, limit, cursor } = parseInput(linesSchema, { ...input, id });
    await this.get(userId, jobId);
    const rows = await this.database
      .forUser(userId)
      .all(queries.listLines, { jobId, after: decodedId(cursor) ?? BEFORE_ALL_IDS, limit: limit + 1 });
    return pageOf(rows, limit, { item: toLine, key: (row) => row.id });
  }

  /**
   * One that nobody has begun ends at once; a running one is asked to stop, and ends when its handler does. Cancelling
   * what is cancelled changes nothing.
   *
   * @throws JobNotFoundError, or JobStateError when it has ended
   */
  async cancel(userId: string, id: string): Promise<Job> {
    const user = this.database.forUser(userId);
    const valid = parseInput(idSchema, { id });
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const now = new Date();
      const ended = await user.first(queries.cancelPending, { ...valid, now });
      if (ended !== undefined) return toJob(user.userId, ended);
      const asked = await user.first(queries.requestCancel, { ...valid, now });
      if (asked !== undefined) {
        afterCommit(this.database, () => wake(this.database, (worker) => worker.cancelled(asked.id)));
        return toJob(user.userId, asked);
      }
      const job = await this.get(userId, valid.id);
      if (job.status === 'cancelled') return job;
      // Between the two statements it may have gone back to the queue.
      if (job.completedAt !== null) throw wrongState(job, 'cancelled');
    }
    throw new JobStateError(`The job ${valid.id} changes too fast to be cancelled; try again.`);
  }

  /**
   * Begins a job that failed or was cancelled again, with all its attempts.
   *
   * @throws JobNotFoundError, or JobStateError when it is open or completed, or another one has its key
   */
  async retry(userId: string, id: string): Promise<Job> {
    const user = this.database.forUser(userId);
    const valid = parseInput(idSchema, { id });
    try {
      const row = await user.first(queries.retry, { ...valid, now: new Date() });
      if (row === undefined) throw wrongState(await this.get(userId, valid.id), 'tried again');
      afterCommit(this.database, () => wake(this.database, (worker) => worker.ready()));
      return toJob(user.userId, row);
    } catch (error) {
      if (!(error instanceof UniqueViolationError)) throw error;
      throw new JobStateError(`Another job with the key of ${valid.id} is open.`, { cause: error });
    }
  }
}

function decodedId(cursor: string | null | undefined): string | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  return parseInput(idSchema, { id: decodeCursor(cursor) }).id;
}

function notFound(id: string): JobNotFoundError {
  return new JobNotFoundError(`There is no job ${id}.`, { details: { jobId: id } });
}

function wrongState({ id, status }: Job, what: string): JobStateError {
  return new JobStateError(`The job ${id} is ${status}, so that it can't be ${what}.`, {
    details: { jobId: id, status },
  });
}
