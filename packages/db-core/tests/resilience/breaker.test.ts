import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as errors from '../../src/errors/index.ts';
import {
  AmbiguousCommitError,
  CircuitOpenError,
  ConnectionFailedError,
  NotFoundError,
  ConnectionTimeoutError,
  type KeelsonErrorClass,
  PoolExhaustedError,
  QueryError,
  TransactionClosedError,
  UniqueViolationError,
} from '../../src/errors/index.ts';
import {
  type Breaker,
  type BreakerState,
  createBreaker,
  isConnectionFault,
  isDatabaseAnswer,
} from '../../src/resilience/index.ts';

const openMs = 30_000;

let states: BreakerState[];
let breaker: Breaker;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  states = [];
  breaker = createBreaker({ threshold: 3, halfOpenAfterMs: openMs, onState: (state) => states.push(state) });
});
afterEach(() => {
  vi.useRealTimers();
});

const down = () => new ConnectionFailedError('The server is down.');

/** What a call ends with: its value or its error. */
async function outcome(work: () => unknown, on = breaker): Promise<unknown> {
  try {
    return await on.run(work);
  } catch (error) {
    return error;
  }
}

async function fail(error: Error, times = 1): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const got = await outcome(async () => {
      throw error;
    });
    expect(got).toBe(error);
  }
}

describe('a closed breaker', () => {
  test('hands through values and errors as they are', async () => {
    expect(await breaker.run(() => 7)).toBe(7);
    expect(await breaker.run(async () => undefined)).toBeUndefined();
    await fail(new UniqueViolationError('x'));
    await fail(down());
    expect(breaker.state).toBe('closed');
    expect(states).toEqual([]);
  });

  test('opens with the third connection fault in a row, of whatever kind', async () => {
    await fail(new ConnectionTimeoutError('x'));
    await fail(new AmbiguousCommitError('The connection broke during commit.'));
    expect(breaker.state).toBe('closed');
    await fail(down());
    expect(breaker.state).toBe('open');
    expect(states).toEqual(['open']);
  });

  test('starts its count anew with any answer of the database', async () => {
    await fail(down(), 2);
    await breaker.run(() => 1);
    await fail(down(), 2);
    await fail(new QueryError('no such table'));
    await fail(down(), 2);
    await fail(new UniqueViolationError('x'));
    await fail(down(), 2);
    expect(breaker.state).toBe('closed');
  });

  test('never counts errors that say nothing of the connection, nor takes them for an answer', async () => {
    for (const error of [
      new UniqueViolationError('x'),
      new QueryError('syntax'),
      new PoolExhaustedError('x'),
      new TransactionClosedError('x'),
      new Error('x'),
    ])
      await fail(error, 10);
    expect(breaker.state).toBe('closed');
    await fail(down(), 2);
    await fail(new PoolExhaustedError('x'));
    await fail(new Error('a fault of the program'));
    expect(breaker.state).toBe('closed');
    await fail(down());
    expect(breaker.state).toBe('open');
  });
});

describe('an open breaker', () => {
  test('refuses without running the work, and tells when it will be asked again', async () => {
    const fault = down();
    await fail(fault, 3);
    vi.advanceTimersByTime(12_000);
    let calls = 0;
    const error = await outcome(() => (calls += 1));
    expect(calls).toBe(0);
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({ details: { retryAfterMs: 18_000 }, cause: fault, retriable: false });
    expect(String(error)).toContain('18 s');
  });

  test('lets one call try when the time is over, and closes when it succeeds', async () => {
    await fail(down(), 3);
    vi.advanceTimersByTime(openMs - 1);
    expect(await outcome(() => 1)).toBeInstanceOf(CircuitOpenError);
    vi.advanceTimersByTime(1);
    expect(await breaker.run(() => 'back')).toBe('back');
    expect(states).toEqual(['open', 'half-open', 'closed']);
    await fail(down(), 2);
    expect(breaker.state).toBe('closed');
  });

  test('stays open for as long again when the trial fails', async () => {
    await fail(down(), 3);
    vi.advanceTimersByTime(openMs);
    await fail(down());
    expect(states).toEqual(['open', 'half-open', 'open']);
    expect(await outcome(() => 1)).toMatchObject({ code: 'CIRCUIT_OPEN', details: { retryAfterMs: openMs } });
  });

  test('closes when the trial is answered with an error', async () => {
    await fail(down(), 3);
    vi.advanceTimersByTime(openMs);
    await fail(new QueryError('no such table'));
    expect(breaker.state).toBe('closed');
  });

  test('closes when the trial fails by the fault of its own work', async () => {
    await fail(down(), 3);
    vi.advanceTimersByTime(openMs);
    await fail(new NotFoundError('x'));
    expect(breaker.state).toBe('closed');
  });

  test('stays open when the trial did not get a connection', async () => {
    await fail(down(), 3);
    vi.advanceTimersByTime(openMs);
    await fail(new PoolExhaustedError('x'));
    expect(breaker.state).toBe('open');
  });

  test('lets nobody wait for the trial', async () => {
    await fail(down(), 3);
    vi.advanceTimersByTime(openMs);
    const { promise, resolve } = Promise.withResolvers<string>();
    const trial = breaker.run(() => promise);
    expect(breaker.state).toBe('half-open');
    const others = await Promise.all([outcome(() => 1), outcome(() => 2)]);
    for (const error of others) expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', details: { retryAfterMs: 1000 } });
    resolve('back');
    expect(await trial).toBe('back');
    expect(await breaker.run(() => 2)).toBe(2);
  });
});

test('it is open after some calls exactly when the last of them that say something are faults, as many as the threshold', async () => {
  const call = fc.constantFrom('value', 'fault', 'answer', 'neutral');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(call, { maxLength: 30 }), async (threshold, calls) => {
      const one = createBreaker({ threshold, halfOpenAfterMs: openMs });
      let inARow = 0;
      for (const kind of calls) {
        if (inARow < threshold) {
          if (kind === 'fault') inARow += 1;
          else if (kind !== 'neutral') inARow = 0;
        }
        await outcome(() => {
          if (kind === 'fault') throw down();
          if (kind === 'answer') throw new QueryError('x');
          if (kind === 'neutral') throw new Error('x');
          return 1;
        }, one);
        expect(one.state).toBe(inARow >= threshold ? 'open' : 'closed');
      }
    }),
  );
});

test('of all errors only three are connection faults, and none of them is an answer too', () => {
  const classes = Object.entries(errors).filter(([name]) => /^[A-Z].*Error$/.test(name) && name !== 'KeelsonError') as [
    string,
    KeelsonErrorClass,
  ][];
  const names = (predicate: (error: unknown) => boolean) =>
    classes.filter(([, Class]) => predicate(new Class('x'))).map(([name]) => name);
  expect(names(isConnectionFault).sort()).toEqual([
    'ConnectionFailedError',
    'ConnectionLostError',
    'ConnectionTimeoutError',
  ]);
  expect(names((error) => isConnectionFault(error) && isDatabaseAnswer(error))).toEqual([]);
  expect(names(isDatabaseAnswer)).not.toContain('CircuitOpenError');
});
