import { ConflictError, defineError, NotFoundError, ValidationError } from '../errors/index.ts';

export class JobNotFoundError extends defineError(
  {
    code: 'JOB_NOT_FOUND',
    title: 'There is no such job',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: "Check the id and whose job it is; `keelson jobs list --user NAME` shows a user's jobs.",
  },
  NotFoundError,
) {}

export class JobStateError extends defineError(
  {
    code: 'JOB_STATE',
    title: 'The job is in a state in which this is not possible',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Look at its status: what is open can be cancelled, what failed or was cancelled can be tried again.',
  },
  ConflictError,
) {}

export class JobKindUnknownError extends defineError(
  {
    code: 'JOB_KIND_UNKNOWN',
    title: 'No job of this kind is defined in this program',
    status: 422,
    exitCode: 2,
    retriable: false,
    hint: 'Check the spelling, and define the kind with `jobs.define` before jobs of it are enqueued.',
  },
  ValidationError,
) {}

/** Another worker has the job. What this one still writes for it is refused. */
export class JobLeaseLostError extends defineError({
  code: 'JOB_LEASE_LOST',
  title: 'The worker lost its lease of the job',
  status: 409,
  exitCode: 1,
  retriable: false,
  hint: 'Nothing is to be done: another worker does the job. If it happens often, make leases longer or steps shorter.',
}) {}

/** The reason of a job's `signal` when somebody cancelled it. */
export class JobCancelledError extends defineError({
  code: 'JOB_CANCELLED',
  title: 'The job was cancelled',
  status: 409,
  exitCode: 1,
  retriable: false,
  hint: '`keelson jobs retry ID` begins it again.',
}) {}

/** The reason of a job's `signal` when it took longer than its kind may. */
export class JobTimeoutError extends defineError({
  code: 'JOB_TIMEOUT',
  title: 'The job took longer than it may',
  status: 504,
  exitCode: 1,
  retriable: true,
  hint: 'Give its kind more time, or make it do less at once.',
}) {}

/** The reason of a job's `signal` when its worker stops; the job is given back and another worker begins it anew. */
export class WorkerStoppedError extends defineError({
  code: 'WORKER_STOPPED',
  title: 'The worker was stopped',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Nothing is to be done: the job goes back to the queue.',
}) {}

/** For handlers to throw: the job fails now, however many attempts are left. */
export class JobAbandonedError extends defineError({
  code: 'JOB_ABANDONED',
  title: 'The job cannot succeed and was given up',
  status: 422,
  exitCode: 1,
  retriable: false,
  hint: 'Read its error, mend what it names, and try it again with `keelson jobs retry ID`.',
}) {}

export class ScheduleNotFoundError extends defineError(
  {
    code: 'SCHEDULE_NOT_FOUND',
    title: 'There is no such schedule',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'Check its name and whose it is.',
  },
  NotFoundError,
) {}
