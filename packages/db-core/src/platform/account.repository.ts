import { defineSystemQuery } from '../database/query.ts';

const columns = [
  'id',
  'email',
  'full_name',
  'is_active',
  'is_admin',
  'last_login_at',
  'created_at',
  'updated_at',
  'version',
] as const;

interface NewAccount {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly fullName: string | null;
  readonly isAdmin: boolean;
  readonly now: Date;
}

export const insert = defineSystemQuery('accounts.insert', (db, p: NewAccount) =>
  db
    .insertInto('users')
    .values({
      id: p.id,
      email: p.email,
      password_hash: p.passwordHash,
      full_name: p.fullName,
      is_admin: p.isAdmin,
      created_at: p.now,
      updated_at: p.now,
    })
    .returning(columns),
);

interface AdoptedAccount {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly fullName: string | null;
  readonly isActive: boolean;
  readonly isAdmin: boolean;
  readonly lastLoginAt: Date | null;
  readonly createdAt: Date;
}

/** One that another system had. */
export const insertAdopted = defineSystemQuery('accounts.insertAdopted', (db, p: AdoptedAccount) =>
  db
    .insertInto('users')
    .values({
      id: p.id,
      email: p.email,
      password_hash: p.passwordHash,
      full_name: p.fullName,
      is_active: p.isActive,
      is_admin: p.isAdmin,
      last_login_at: p.lastLoginAt,
      created_at: p.createdAt,
      updated_at: p.createdAt,
    })
    .returning(columns),
);

export const findByEmail = defineSystemQuery('accounts.findByEmail', (db, p: { email: string }) =>
  db.selectFrom('users').select(columns).where('email', '=', p.email),
);

export const findSecret = defineSystemQuery('accounts.findSecret', (db, p: { email: string }) =>
  db.selectFrom('users').select(columns).select('password_hash').where('email', '=', p.email),
);

export const list = defineSystemQuery('accounts.list', (db, p: { after: string; limit: number }) =>
  db.selectFrom('users').select(columns).where('email', '>', p.after).orderBy('email').limit(p.limit),
);

export const findById = defineSystemQuery('accounts.findById', (db, p: { id: string }) =>
  db.selectFrom('users').select(columns).where('id', '=', p.id),
);

export const setPassword = defineSystemQuery(
  'accounts.setPassword',
  (db, p: { email: string; passwordHash: string; now: Date }) =>
    db
      .updateTable('users')
      .set((eb) => ({ password_hash: p.passwordHash, updated_at: p.now, version: eb('version', '+', 1) }))
      .where('email', '=', p.email)
      .returning(columns),
);

/** Only while the old hash is still there: of two who change the password at once, one is told that it isn't right. */
export const changePassword = defineSystemQuery(
  'accounts.changePassword',
  (db, p: { id: string; old: string; passwordHash: string; now: Date }) =>
    db
      .updateTable('users')
      .set((eb) => ({ password_hash: p.passwordHash, updated_at: p.now, version: eb('version', '+', 1) }))
      .where('id', '=', p.id)
      .where('password_hash', '=', p.old)
      .where('is_active', '=', true)
      .returning(columns),
);

export const setActive = defineSystemQuery(
  'accounts.setActive',
  (db, p: { email: string; isActive: boolean; now: Date }) =>
    db
      .updateTable('users')
      .set((eb) => ({ is_active: p.isActive, updated_at: p.now, version: eb('version', '+', 1) }))
      .where('email', '=', p.email)
      .where('is_active', '<>', p.isActive)
      .returning(columns),
);

/**
 * Somebody signs in: only while the password is still the one that was looked at, and held until the transaction ends, so
 * that a password that is set meanwhile ends the session that comes of it. The time isn't a change that others must
 * notice, nor is a stronger hash of the same password, so the version stays.
 */
export const enter = defineSystemQuery(
  'accounts.enter',
  (db, p: { id: string; checked: string; passwordHash: string; now: Date }) =>
    db
      .updateTable('users')
      .set({ last_login_at: p.now, password_hash: p.passwordHash })
      .where('id', '=', p.id)
      .where('password_hash', '=', p.checked)
      .where('is_active', '=', true)
      .returning(columns),
);
