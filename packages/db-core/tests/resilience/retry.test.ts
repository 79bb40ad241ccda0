import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionLostError, DeadlockError, LockTimeoutError, UniqueViolationError } from '../../src/errors/index.ts';
import { backoffDelay, type Retry, withRetry } from '../../src/resilience/index.ts';

const fast = { baseDelayMs: 1, maxDelayMs: 2 };

/** Fails with each of the errors in turn, then succeeds. */
function failing(...errors: unknown[]) {
  const attempts: number[] = [];
  const work = async (attempt: number): Promise<string> => {
    attempts.push(attempt);
    if (attempts.length <= errors.length) throw errors[attempts.length - 1];
    return 'done';
  };
  return { work, attempts };
}

describe('withRetry', () => {
  test('does work that succeeds once', async () => {
    const { work, attempts } = failing();
    expect(await withRetry(work, fast)).toBe('done');
    expect(attempts).toEqual([1]);
  });

  test('repeats it on retriable errors and tells of each', async () => {
    const errors = [new DeadlockError('a'), new LockTimeoutError('b')];
    const { work, attempts } = failing(...errors);
    const retries: Retry[] = [];
    expect(await withRetry(work, { ...fast, onRetry: (retry) => retries.push(retry) })).toBe('done');
    expect(attempts).toEqual([1, 2, 3]);
    expect(retries.map(({ attempt, error }) => ({ attempt, error }))).toEqual([
      { attempt: 1, error: errors[0] },
      { attempt: 2, error: errors[1] },
    ]);
    for (const { delayMs } of retries) expect(delayMs).toBeLessThanOrEqual(2);
  });

  test.each([new UniqueViolationError('x'), new Error('SQLITE_BUSY'), new TypeError('x'), 'text', undefined])(
    'throws %s at once',
    async (thrown) => {
      const { work, attempts } = failing(thrown, thrown);
      const retries: Retry[] = [];
      await expect(withRetry(work, { ...fast, onRetry: (retry) => retries.push(retry) })).rejects.toBe(thrown);
      expect(attempts).toEqual([1]);
      expect(retries).toEqual([]);
    },
  );

  test('gives up after the given number of tries with the last error', async () => {
    const errors = [new DeadlockError('1'), new DeadlockError('2'), new DeadlockError('3'), new DeadlockError('4')];
    const { work, attempts } = failing(...errors);
    await expect(withRetry(work, { ...fast, attempts: 3 })).rejects.toBe(errors[2]);
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('tries once when told so', async () => {
    const { work, attempts } = failing(new DeadlockError('1'));
    await expect(withRetry(work, { ...fast, attempts: 1 })).rejects.toThrow('1');
    expect(attempts).toEqual([1]);
  });

  test('leaves the choice to retryIf', async () => {
    const { work, attempts } = failing(new UniqueViolationError('x'), new DeadlockError('y'));
    await expect(
      withRetry(work, { ...fast, retryIf: (error) => error instanceof UniqueViolationError }),
    ).rejects.toThrow('y');
    expect(attempts).toEqual([1, 2]);
  });

  test('takes work that throws without a promise', async () => {
    let calls = 0;
    const result = await withRetry(() => {
      calls += 1;
      if (calls === 1) throw new ConnectionLostError('x');
      return calls;
    }, fast);
    expect(result).toBe(2);
  });

  test('ends its wait with the signal, with the error of the work', async () => {
    const controller = new AbortController();
    const { work, attempts } = failing(new DeadlockError('first'), new DeadlockError('second'));
    // An hour: the test would time out if the wait went on.
    const options = {
      baseDelayMs: 3_600_000,
      maxDelayMs: 3_600_000,
      signal: controller.signal,
      onRetry: () => controller.abort(),
    };
    await expect(withRetry(work, options)).rejects.toThrow('first');
    await expect(withRetry(work, options)).rejects.toThrow('second');
    expect(attempts).toEqual([1, 1]);
  });
});

test('a delay lies between nothing and the doubled, bounded base', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 10_000 }),
      random,
      (attempt, baseDelayMs, maxDelayMs, random) => {
        const delay = backoffDelay(attempt, { baseDelayMs, maxDelayMs }, random);
        expect(Number.isSafeInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1)));
      },
    ),
  );
  const nearlyOne = 1 - Number.EPSILON;
  expect(
    [1, 2, 3, 4, 5].map((attempt) => backoffDelay(attempt, { baseDelayMs: 100, maxDelayMs: 500 }, nearlyOne)),
  ).toEqual([100, 200, 400, 500, 500]);
  expect(backoffDelay(3, { baseDelayMs: 100, maxDelayMs: 500 }, 0)).toBe(0);
  // Without a bound of its own the longest wait can't be below the first one.
  expect(backoffDelay(1, { baseDelayMs: 60_000 }, nearlyOne)).toBe(60_000);
  expect(backoffDelay(20, {}, nearlyOne)).toBe(1000);
});
