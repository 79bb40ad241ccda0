import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { AmbiguousCommitError, CircuitOpenError, PoolExhaustedError } from '../errors/index.ts';
import { isConnectionFault, isDatabaseAnswer } from './faults.ts';

/** `closed`: calls go through. `open`: they fail at once. `half-open`: one call tries whether the database is back. */
export type BreakerState = 'closed' | 'open' | 'half-open';

interface BreakerOptions {
  /** Connection faults in a row that open it. Default: 3. */
  readonly threshold?: number;
  /** How long it stays open before one call may try. Default: 30,000. */
  readonly halfOpenAfterMs?: number;
  readonly onState?: (state: BreakerState) => void;
}

export interface Breaker {
  readonly state: BreakerState;
  /**
   * Runs the work unless the circuit is open.
   *
   * The work must end by itself: while one call tries whether the database is back, all others fail at once.
   *
   * @throws CircuitOpenError with `details.retryAfterMs`, without running the work; otherwise what the work throws.
   */
  run<T>(work: () => T | Promise<T>): Promise<T>;
}

const names: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  // Nobody isolates it by hand; if somebody did, it would let nothing through.
  [CircuitState.Isolated]: 'open',
};

/** What a call that comes during the one trial is told to wait. */
const trialMs = 1000;

/** Did the connection fail, whatever else is to be said of the outcome? */
function countsAgainst(error: unknown): boolean {
  return isConnectionFault(error) || error instanceof AmbiguousCommitError;
}

type Result<T> = { readonly value: T } | { readonly error: unknown };

/**
 * A circuit breaker: after some connection faults in a row a database is left alone for a while, so that calls fail at
 * once instead of each waiting for its timeout. Only connection faults count. An answer of the database, be it a refused
 * statement, starts the count anew; what failed before it reached the database says nothing either way.
 *
 * @example
 * ```ts
 * const breaker = createBreaker({ threshold: 3, halfOpenAfterMs: 30_000, onState: (state) => emit({ type: 'breaker', state }) });
 * const connection = await breaker.run(() => pool.connect());
 * ```
 */
export function createBreaker({ threshold = 3, halfOpenAfterMs = 30_000, onState }: BreakerOptions = {}): Breaker {
  let openedAt = 0;
  const policy = circuitBreaker(
    // A trial that got no connection learned nothing, so it must not close the circuit. Other errors do: a program's own
    // ones come mostly from inside a transaction, which had a connection then.
    handleWhen(
      (error) =>
        countsAgainst(error) || (policy.state === CircuitState.HalfOpen && error instanceof PoolExhaustedError),
    ),
    { halfOpenAfter: halfOpenAfterMs, breaker: new ConsecutiveBreaker(threshold) },
  );
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = Date.now();
    onState?.(names[state]);
  });

  function refuse(retryAfterMs: number): never {
    const seconds = Math.ceil(retryAfterMs / 1000);
    throw new CircuitOpenError(
      `The database could not be reached ${threshold} times in a row; it is asked again in ${seconds} s.`,
      {
        details: { retryAfterMs },
        ...(policy.lastFailure !== undefined && 'error' in policy.lastFailure
          ? { cause: policy.lastFailure.error }
          : {}),
      },
    );
  }

  return {
    get state() {
      return names[policy.state];
    },
    async run(work) {
      // The policy would let these calls wait for the trial, which may take as long as a connection's timeout.
      if (policy.state === CircuitState.HalfOpen) refuse(trialMs);
      const retryAfterMs = openedAt + halfOpenAfterMs - Date.now();
      if (policy.state === CircuitState.Open && retryAfterMs > 0) refuse(retryAfterMs);
      const result = await policy.execute(async (): Promise<Result<Awaited<ReturnType<typeof work>>>> => {
        try {
          return { value: await work() };
        } catch (error) {
          // To the policy an answer is a success.
          if (isDatabaseAnswer(error)) return { error };
          throw error;
        }
      });
      if ('error' in result) throw result.error;
      return result.value;
    },
  };
}
