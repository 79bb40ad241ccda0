import {
  type Database,
  databaseHealth,
  type ErrorEntry,
  errorCatalogue,
  type HealthCheck,
  InternalError,
  KeelsonError,
} from '@keelson/db-core';
import { NotReadyError } from '../../errors.ts';

const TIMEOUT_MS = 2000;

/** Anybody may ask, so that asking often must not cost the database anything. */
const KEPT_MS = 1000;

/** What a check of the database's health found, as the error that it stands for. */
class FindingError extends KeelsonError {
  readonly #entry: ErrorEntry;

  constructor(entry: ErrorEntry, message: string) {
    super(message);
    this.#entry = entry;
  }

  override get entry(): ErrorEntry {
    return this.#entry;
  }
}

/**
 * Tells whether requests can be served: the database answers, and its schema is the one that this version works with.
 *
 * @returns a function that throws the reason when it isn't so
 */
export function readiness(database: Database): () => Promise<void> {
  let kept: { readonly until: number; readonly answer: Promise<void> } | undefined;
  return () => {
    const now = performance.now();
    if (kept === undefined || now >= kept.until) kept = { until: now + KEPT_MS, answer: look(database) };
    return kept.answer;
  };
}

async function look(database: Database): Promise<void> {
  await inTime(database.info());
  const { checks } = await databaseHealth(database, { timeoutMs: TIMEOUT_MS });
  for (const check of [checks.connection, checks.migrations, checks.schema]) {
    if (check.status !== 'healthy') throw findingOf(check);
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new NotReadyError(`The database did not answer within ${TIMEOUT_MS} ms.`));
  }, TIMEOUT_MS);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function findingOf({ code, message }: HealthCheck): KeelsonError {
  if (code === undefined) return new NotReadyError(message);
  const entry = errorCatalogue().find((each) => each.code === code);
  return entry === undefined
    ? new InternalError(`There is no error ${code}: ${message}`)
    : new FindingError(entry, message);
}
