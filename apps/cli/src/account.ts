import { type Account, AccountNotFoundError, Accounts, type Database } from '@keelson/db-core';

/** What `--json` shows of an account. */
export const ACCOUNT_SHAPE =
  '{"id","email","fullName","isActive","isAdmin","lastLoginAt","createdAt","updatedAt","version"}';

/** @throws AccountNotFoundError */
export async function accountOf(database: Database, email: string): Promise<Account> {
  const account = await new Accounts(database).findByEmail(email);
  if (account !== undefined) return account;
  throw new AccountNotFoundError(`There is no account ${email}.`, {
    hint: '`keelson user list` shows the accounts that there are.',
    details: { email },
  });
}
