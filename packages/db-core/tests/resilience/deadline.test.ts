import { expect, test } from 'vitest';
import { TransactionTimeoutError } from '../../src/errors/index.ts';
import { withDeadline } from '../../src/resilience/index.ts';

const onTimeout = () => new TransactionTimeoutError('It took too long.');

test('gives the result, or the error, of work that is in time', async () => {
  expect(await withDeadline(async () => 7, { timeoutMs: 10_000, onTimeout })).toBe(7);
  await expect(withDeadline(() => Promise.reject(new Error('own')), { timeoutMs: 10_000, onTimeout })).rejects.toThrow(
    'own',
  );
});

test('gives the error of onTimeout when it is not, and drops what the work throws later', async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  await expect(withDeadline(() => promise, { timeoutMs: 5, onTimeout })).rejects.toBeInstanceOf(
    TransactionTimeoutError,
  );
  // Unhandled, this would fail the run.
  reject(new Error('late'));
  await new Promise((resolve) => setImmediate(resolve));
});

test('asks onTimeout nothing when the work is in time, and has no limit with 0', async () => {
  let asked = 0;
  const slow = () => new Promise<string>((resolve) => setTimeout(resolve, 15, 'done'));
  const counting = () => {
    asked += 1;
    return onTimeout();
  };
  expect(await withDeadline(slow, { timeoutMs: 0, onTimeout: counting })).toBe('done');
  expect(await withDeadline(async () => 'quick', { timeoutMs: 5, onTimeout: counting })).toBe('quick');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toBe(0);
});
