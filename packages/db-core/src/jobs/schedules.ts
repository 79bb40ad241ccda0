import * as z from 'zod';
import type { Database } from '../database/database.ts';
import { newId } from '../database/ids.ts';
import type { RowOf } from '../database/query.ts';
import { type UserId, userIdSchema } from '../database/user-id.ts';
import { ValidationError } from '../errors/index.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from '../platform/input.ts';
import type { JsonValue } from '../schema/json.ts';
import { nextRun } from './cron.ts';
import { insertJob } from './enqueue.ts';
import { ScheduleNotFoundError } from './errors.ts';
import { keptJson } from './inputs.ts';
import type { Jobs } from './jobs.ts';
import * as queries from './schedule.repository.ts';

/** Jobs that come again by the clock. */
export interface Schedule {
  readonly id: string;
  /** The owner of its jobs. */
  readonly userId: UserId;
  readonly name: string;
  readonly kind: string;
  readonly parameters: JsonValue;
  readonly expression: string;
  readonly timeZone: string;
  readonly isEnabled: boolean;
  /** Null while it is switched off. */
  readonly nextRunAt: Date | null;
  readonly lastRunAt: Date | null;
  readonly lastJobId: string | null;
  readonly version: number;
}

export interface SetSchedule {
  readonly userId: string;
  /** Which of the owner's schedules it is, 1–200 characters. */
  readonly name: string;
  readonly kind: string;
  readonly parameters: JsonValue;
  /** Five fields: minute, hour, day, month, weekday. */
  readonly expression: string;
  /** IANA, such as `Europe/Berlin`. Default: `UTC`. */
  readonly timeZone?: string;
  /** Default: true. */
  readonly isEnabled?: boolean;
}

export interface ListSchedules {
  readonly limit?: number;
  readonly cursor?: string | null;
}

const setSchema = z.strictObject({
  userId: userIdSchema,
  name: boundedText(200),
  kind: boundedText(100),
  parameters: z.unknown(),
  expression: boundedText(200),
  timeZone: boundedText(100).default('UTC'),
  isEnabled: z.boolean('must be true or false').default(true),
});

const nameSchema = z.strictObject({ userId: userIdSchema, name: boundedText(200) });
const listSchema = z.strictObject({ ...pageShape, userId: userIdSchema });

type ScheduleRow = RowOf<(typeof queries.list)['row']>;

/** So many at a time; the others at the next look. */
const MOST_AT_ONCE = 100;

/**
 * When jobs come by themselves. Any {@link Worker} that knows their kind enqueues them: one job at each due time, however
 * many workers there are. Times that were missed, because no worker ran, are made up for once.
 *
 * @example
 * ```ts
 * await new Schedules(jobs).set({ userId: 'ada', name: 'digest', kind: 'mail.digest', parameters: {}, expression: '0 7 * * 1-5', timeZone: 'Europe/Berlin' });
 * ```
 */
export class Schedules {
  readonly #jobs: Jobs;

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  /**
   * Makes the schedule, or changes the owner's one of this name. Setting what is set already changes nothing, not even when
   * it is due next, so that a program may do it at every start.
   *
   * @throws JobKindUnknownError, or ValidationError that names what is wrong
   */
  async set(input: SetSchedule): Promise<Schedule> {
    const given = parseInput(setSchema, input);
    const valid = { ...given, parameters: keptJson('parameters', given.parameters) };
    this.#jobs.kind(valid.kind).parse(valid.parameters);
    const now = new Date();
    const due = nextRun(valid.expression, { timeZone: valid.timeZone, after: now });
    if (due === null) {
      const issue = { path: 'expression', message: 'must come at some time' };
      throw new ValidationError('The input is not valid: expression must come at some time.', {
        details: { issues: [issue] },
      });
    }
    const nextRunAt = valid.isEnabled ? due : null;
    return this.#system('set a schedule').transaction(async (system) => {
      const made = await system.first(queries.insert, { ...valid, id: newId(), nextRunAt, now });
      if (made !== undefined) return toSchedule(made);
      const known = await system.first(queries.findForUpdate, valid);
      if (known !== undefined && isSame(known, valid)) return toSchedule(known);
      const keepsTime =
        known?.expression === valid.expression &&
        known.time_zone === valid.timeZone &&
        known.is_enabled === valid.isEnabled;
      const changed = await system.first(queries.update, {
        ...valid,
        nextRunAt: keepsTime ? known.next_run_at : nextRunAt,
        now,
      });
      return toSchedule(changed as ScheduleRow);
    });
  }

  /** An owner's, by name. */
  async list(userId: string, input: ListSchedules = {}): Promise<Page<Schedule>> {
    const { limit, cursor, ...owner } = parseInput(listSchema, { ...input, userId });
    const rows = await this.#system('list schedules').all(queries.list, {
      ...owner,
      after: decodeCursor(cursor),
      limit: limit + 1,
    });
    return pageOf(rows, limit, { item: toSchedule, key: (row) => row.name });
  }

  /** Its jobs stay. @throws ScheduleNotFoundError */
  async remove(userId: string, name: string): Promise<void> {
    const valid = parseInput(nameSchema, { userId, name });
    const { changes } = await this.#system('remove a schedule').run(queries.remove, valid);
    if (changes === 0) throw new ScheduleNotFoundError(`There is no schedule ${valid.name}.`);
  }

  /**
   * Enqueues a job for each schedule that is due; workers do this by themselves. A schedule's job and its next time are
   * written in one transaction that holds the schedule, so that no two processes serve the same due time.
   */
  async enqueueDue(kinds: readonly string[]): Promise<number> {
    const system = this.#system('enqueue what is due');
    let count = 0;
    for (; count < MOST_AT_ONCE; count += 1) {
      const now = new Date();
      if ((await system.first(queries.anyDue, { now, kinds })) === undefined) break;
      const served = await system.transaction(async () => {
        const schedule = await system.first(queries.nextDue, { now, kinds });
        if (schedule === undefined) return false;
        const { id, user_id: userId, kind, parameters } = schedule;
        // Parameters that its kind no longer takes make a job that fails and says so, and stop nobody else's schedules.
        const job = await insertJob(
          this.#jobs.database,
          { userId, kind: this.#jobs.kind(kind), parameters },
          { displayName: schedule.name },
        );
        await system.run(queries.noteRun, { id, jobId: job.id, nextRunAt: timeAfter(schedule, now), now });
        return true;
      });
      if (!served) break;
    }
    return count;
  }

  #system(reason: string): ReturnType<Database['system']> {
    return this.#jobs.database.system(`schedules: ${reason}`);
  }
}

/** Null, so that it is left alone, when today's time zones no longer have the one that it was set with. */
function timeAfter({ expression, time_zone: timeZone }: ScheduleRow, after: Date): Date | null {
  try {
    return nextRun(expression, { timeZone, after });
  } catch {
    return null;
  }
}

function isSame(row: ScheduleRow, input: z.output<typeof setSchema> & { readonly parameters: JsonValue }): boolean {
  return (
    row.kind === input.kind &&
    row.expression === input.expression &&
    row.time_zone === input.timeZone &&
    row.is_enabled === input.isEnabled &&
    JSON.stringify(row.parameters) === JSON.stringify(input.parameters)
  );
}

function toSchedule(row: ScheduleRow): Schedule {
  return {
    id: row.id,
    userId: row.user_id as UserId,
    name: row.name,
    kind: row.kind,
    parameters: row.parameters,
    expression: row.expression,
    timeZone: row.time_zone,
    isEnabled: row.is_enabled,
    nextRunAt: row.next_run_at,
    lastRunAt: row.last_run_at,
    lastJobId: row.last_job_id,
    version: row.version,
  };
}
