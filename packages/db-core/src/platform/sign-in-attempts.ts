import { createHash } from 'node:crypto';
import type { SystemHandle } from '../database/handle.ts';
import { SignInBlockedError } from './errors.ts';
import { networkOf } from './ip-network.ts';
import * as queries from './sign-in.repository.ts';

/** How many wrong passwords are forgiven; after them each one makes the next wait, twice as long as the one before. */
const FREE_ATTEMPTS = 5;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Failures are forgotten when there were none for so long. */
export const ATTEMPTS_REMEMBERED_MS = 60 * 60_000;
/** Each attempt also removes that many old rows, so that the table is never larger than what failed within the hour. */
const FORGOTTEN_AT_ONCE = 20;

/**
 * Who tries from where. One address can't lock out the owner of an email who signs in from another; guessing from many
 * addresses is what the API's rate limit and argon2id are for.
 */
export function attemptKey(email: unknown, ip: string | null): string {
  const given = typeof email === 'string' ? email.trim().toLowerCase().slice(0, 400) : '';
  return createHash('sha256')
    .update(JSON.stringify([given, ip === null ? null : networkOf(ip)]))
    .digest('hex');
}

/**
 * Counts an attempt before its password is looked at, so that many at once gain nothing, whichever process they go to.
 *
 * @throws SignInBlockedError with `details.retryAfterMs` while it must wait; that attempt isn't counted
 */
export async function countAttempt(system: SystemHandle, key: string, now: Date): Promise<void> {
  const forgottenBefore = new Date(now.getTime() - ATTEMPTS_REMEMBERED_MS);
  await system.transaction(async () => {
    const row = await system.first(queries.count, { key, now, forgottenBefore });
    const { failures = 1, blocked_until: until = null } = row ?? {};
    if (until !== null && until > now) throw blocked(until.getTime() - now.getTime());
    if (failures >= FREE_ATTEMPTS)
      await system.run(queries.block, { key, until: new Date(now.getTime() + waitAfter(failures)) });
    await forgetOld(system, forgottenBefore, FORGOTTEN_AT_ONCE);
  });
}

/** The password was right. */
export async function forgetAttempts(system: SystemHandle, key: string): Promise<void> {
  await system.run(queries.erase, { keys: [key] });
}

async function forgetOld(system: SystemHandle, before: Date, limit: number): Promise<void> {
  const old = await system.all(queries.findOld, { before, limit });
  if (old.length > 0) await system.run(queries.erase, { keys: old.map(({ key }) => key) });
}

function waitAfter(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, failures - FREE_ATTEMPTS));
}

function blocked(retryAfterMs: number): SignInBlockedError {
  return new SignInBlockedError('There were too many wrong passwords; wait a little.', { details: { retryAfterMs } });
}
