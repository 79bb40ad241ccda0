import * as z from 'zod';
import type { UserHandle } from '../database/handle.ts';
import type { UserId } from '../database/user-id.ts';
import type { JobLogLevel } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';
import { parseInput } from '../platform/input.ts';
import type { Backoff } from './backoff.ts';

/** What a job's handler works with. */
export interface JobContext<Parameters> {
  readonly jobId: string;
  readonly userId: UserId;
  readonly parameters: Parameters;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /**
   * Aborted when the job is cancelled, takes too long, lost its lease, or its worker stops; its reason says which. Pass it
   * on to whatever waits, and look at it between steps.
   */
  readonly signal: AbortSignal;
  /**
   * How far it is, 0–100, and what it is doing. Call it as often as you like: it is written a few times a second at most.
   *
   * @throws JobLeaseLostError when another worker has the job
   */
  readonly progress: (percent: number, stage?: string) => Promise<void>;
  /** A line in the job's log, at most 4,000 characters. Written together with the progress. Throws as that does. */
  readonly log: (level: JobLogLevel, message: string, details?: JsonValue) => Promise<void>;
  /**
   * A transaction on the owner's handle that is kept only if this worker still has the job. Whatever a job writes belongs
   * in here: from a worker that stalled and came back nothing is kept.
   *
   * @throws JobLeaseLostError when another worker has the job
   */
  readonly transaction: <T>(work: (user: UserHandle) => Promise<T>) => Promise<T>;
}

/** A kind of job. */
export interface JobDefinition<Schema extends z.ZodType> {
  /** `area.name`, in lower case. */
  readonly kind: string;
  /** What its parameters must be; JSON values. */
  readonly parameters: Schema;
  /** Milliseconds that one attempt may take. Default: no limit, as long as its worker lives. */
  readonly timeoutMs?: number;
  /** How often it may be begun, 1–1,000. Default: 5. */
  readonly maxAttempts?: number;
  /** How long to wait before another attempt. */
  readonly backoff?: Partial<Backoff>;
  /**
   * Does the work; what it returns is kept as the job's result, as JSON. It runs at least once: a worker may die after the
   * work and before that is noted, so that the work must bear being done again.
   */
  run(context: JobContext<z.output<Schema>>): Promise<JsonValue | void>;
}

/** A kind that has been defined; enqueue with it, and the parameters are type-checked. */
export interface JobKind<Parameters> {
  readonly kind: string;
  readonly maxAttempts: number;
  readonly timeoutMs: number | undefined;
  readonly backoff: Partial<Backoff>;
  /** Never there; it carries the type of the parameters. */
  readonly input?: Parameters;
}

/** A kind as workers run it, whatever its parameters are. */
export interface RunnableKind extends JobKind<unknown> {
  /** @throws ValidationError that names every fault */
  parse(parameters: unknown): unknown;
  run(context: JobContext<unknown>): Promise<JsonValue | void>;
}

const DEFAULT_ATTEMPTS = 5;

const definitionSchema = z.object({
  kind: z
    .string('must be text')
    .max(100, 'must have at most 100 characters')
    .regex(/^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*$/, 'must be `area.name`, in lower case'),
  timeoutMs: z.int('must be a whole number').min(1, 'must be at least 1').optional(),
  maxAttempts: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(1000, 'must be at most 1,000')
    .default(DEFAULT_ATTEMPTS),
});

export function runnable<Schema extends z.ZodType>(definition: JobDefinition<Schema>): RunnableKind {
  const { kind, timeoutMs, maxAttempts } = parseInput(definitionSchema, definition);
  return {
    kind,
    timeoutMs,
    maxAttempts,
    backoff: definition.backoff ?? {},
    parse: (parameters) => parseInput(definition.parameters, parameters),
    run: (context) => definition.run(context as JobContext<z.output<Schema>>),
  };
}
