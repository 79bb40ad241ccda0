import type { RowOf } from '../database/query.ts';
import type * as queries from './account.repository.ts';

/** Somebody who may sign in. The password's hash never leaves the database. */
export interface Account {
  readonly id: string;
  /** Lower case. */
  readonly email: string;
  readonly fullName: string | null;
  readonly isActive: boolean;
  readonly isAdmin: boolean;
  readonly lastLoginAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export type AccountRow = NonNullable<RowOf<(typeof queries.findByEmail)['row']>>;

export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    fullName: row.full_name,
    isActive: row.is_active,
    isAdmin: row.is_admin,
    lastLoginAt: row.last_login_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

/** What the audit tells apart: what others see of an account, and no time that changes by itself. */
export function auditedAccount({ email, fullName, isActive, isAdmin, version }: Account): object {
  return { email, fullName, isActive, isAdmin, version };
}
