import { setTimeout as sleep } from 'node:timers/promises';
import { isRetriable } from './faults.ts';

interface Backoff {
  /** The longest wait before the second try; it doubles with each further one. Default: 20. */
  readonly baseDelayMs?: number;
  /** What the longest wait grows to. Default: 50 times the base. */
  readonly maxDelayMs?: number;
}

export interface Retry {
  /** The number of the try that failed, from 1. */
  readonly attempt: number;
  /** How long it waits now. */
  readonly delayMs: number;
  readonly error: Error;
}

interface RetryOptions extends Backoff {
  /** Tries in all, the first one included. Default: 5. */
  readonly attempts?: number;
  /** Which errors are worth another try. Default: those whose `retriable` is true. */
  readonly retryIf?: (error: unknown) => boolean;
  /** Called before each wait. */
  readonly onRetry?: (retry: Retry) => void;
  /** Ends a wait: the last error is thrown, and nothing is tried again. */
  readonly signal?: AbortSignal;
}

/**
 * How long to wait after a failed try: anything from nothing to the longest wait ("full jitter"), so that those who met
 * once don't meet again. `random` is from 0 up to, but not including, 1.
 */
export function backoffDelay(
  attempt: number,
  { baseDelayMs = 20, maxDelayMs = 50 * baseDelayMs }: Backoff,
  random: number,
): number {
  return Math.round(random * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1)));
}

async function waited(delayMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sleep(delayMs, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

/**
 * Does the work again while it fails with an error that is worth another try. The work must be whole: a transaction from
 * begin to commit, never a statement inside one. It throws the last error as it is.
 *
 * Not built on cockatiel: there each call would need a policy of its own for its listener, and this is shorter than that.
 *
 * @example
 * ```ts
 * await withRetry(() => runTransaction(work), { attempts: 5, onRetry: (retry) => emit({ type: 'retry', scope: 'transaction', ...retry }) });
 * ```
 */
export async function withRetry<T>(work: (attempt: number) => T | Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 5, retryIf = isRetriable, onRetry, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!(error instanceof Error) || attempt >= attempts || signal?.aborted === true || !retryIf(error)) throw error;
      const delayMs = backoffDelay(attempt, options, Math.random());
      onRetry?.({ attempt, delayMs, error });
      if (!(await waited(delayMs, signal))) throw error;
    }
  }
}
