import type { SystemHandle } from '../database/handle.ts';
import { auditedAccount, toAccount, type AccountRow } from './account.ts';
import * as queries from './account.repository.ts';
import { recordFor } from './audit-event.ts';
import { OPERATOR } from './by.ts';
import { emailSchema } from './credentials.ts';
import { isOwnHash } from './passwords.ts';

/** An account of a system that is replaced. Texts are as that system had them. */
export interface AccountToAdopt {
  /** A UUID. */
  readonly id: string;
  readonly email: string;
  /** At most 200 characters. */
  readonly fullName: string | null;
  readonly passwordHash: string | null;
  readonly isActive: boolean;
  readonly isAdmin: boolean;
  readonly createdAt: Date;
  readonly lastLoginAt: Date | null;
}

/**
 * `no-address`: what it has isn't an e-mail address. `address-taken`: another account has it. `password: 'unusable'`: its
 * hash is kept, but isn't of a kind that can be compared with, so that nobody signs in before a new password is set.
 */
export type AdoptedAccount =
  | { readonly outcome: 'adopted'; readonly password: 'usable' | 'unusable' | 'none' }
  | { readonly outcome: 'already-there' | 'no-address' | 'address-taken' };

const LONGEST_HASH = 500;

/** Stores an account of another system in the transaction around it, unless it is there. It is never changed afterwards. */
export async function adoptAccount(system: SystemHandle, account: AccountToAdopt): Promise<AdoptedAccount> {
  const email = emailSchema.safeParse(account.email);
  if (!email.success) return { outcome: 'no-address' };
  if ((await system.first(queries.findById, { id: account.id })) !== undefined) return { outcome: 'already-there' };
  if ((await system.first(queries.findByEmail, { email: email.data })) !== undefined)
    return { outcome: 'address-taken' };
  const given = account.passwordHash ?? '';
  const passwordHash = given === '' || given.length > LONGEST_HASH ? null : given;
  const row = await system.first(queries.insertAdopted, { ...account, email: email.data, passwordHash });
  const adopted = toAccount(row as AccountRow);
  const event = { action: 'account.adopted', entity: 'account', entityId: account.id, after: auditedAccount(adopted) };
  await recordFor(system, { by: OPERATOR, userId: account.id, ...event });
  if (given === '') return { outcome: 'adopted', password: 'none' };
  return { outcome: 'adopted', password: passwordHash !== null && isOwnHash(passwordHash) ? 'usable' : 'unusable' };
}
