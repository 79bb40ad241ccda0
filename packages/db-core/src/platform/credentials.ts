import * as z from 'zod';
import type { SystemHandle } from '../database/handle.ts';
import { AuthenticationError } from '../errors/index.ts';
import { type Account, toAccount } from './account.ts';
import * as queries from './account.repository.ts';
import {
  comparePretended,
  hashPassword,
  isOwnHash,
  needsRehash,
  passwordMatches,
  passwordSchema,
} from './passwords.ts';

const LONGEST_EMAIL = 320;

export const emailSchema = z
  .string('must be text')
  .trim()
  .toLowerCase()
  .max(LONGEST_EMAIL, `must have at most ${LONGEST_EMAIL} characters`)
  .pipe(z.email('must be an e-mail address, such as ada@example.com'));

/** A password that was right when it was looked at. */
export interface Checked {
  readonly id: string;
  /** The hash that it was compared with. */
  readonly hash: string;
  /** A stronger one, if today's parameters are; otherwise the same. */
  readonly newHash: string;
}

/**
 * Compares a password with the account's. Nothing is held meanwhile, because it takes long; {@link enter} makes sure that
 * it is still right.
 *
 * @throws AuthenticationError for an unknown address, a wrong password and an inactive account; they look the same and
 * take the same time
 */
export async function checkPassword(system: SystemHandle, email: unknown, password: unknown): Promise<Checked> {
  const address = emailSchema.safeParse(email);
  const given = passwordSchema.safeParse(password);
  const row = address.success ? await system.first(queries.findSecret, { email: address.data }) : undefined;
  const hash = row?.password_hash ?? null;
  if (row === undefined || hash === null || !isOwnHash(hash) || !given.success) {
    await comparePretended(given.data ?? '');
    throw refused();
  }
  const matches = await passwordMatches(hash, given.data);
  if (!matches || !row.is_active) throw refused();
  return { id: row.id, hash, newHash: (await needsRehash(hash)) ? await hashPassword(given.data) : hash };
}

/** Notes the sign-in. @throws AuthenticationError when the password was changed since it was looked at */
export async function enter(system: SystemHandle, { id, hash, newHash }: Checked, now: Date): Promise<Account> {
  const row = await system.first(queries.enter, { id, checked: hash, passwordHash: newHash, now });
  if (row === undefined) throw refused();
  return toAccount(row);
}

export function refused(): AuthenticationError {
  return new AuthenticationError('Address or password is wrong.', {
    hint: 'Check both; an administrator can set a new password.',
  });
}
