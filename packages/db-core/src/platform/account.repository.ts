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

export const findByEmail = defineSystemQuery('accounts.findByEmail', (db, p: { email: string }) =>
  db.selectFrom('users').select(columns).where('email', '=', p.email),
);

export const findSecret = defineSystemQuery('accounts.findSecret', (db, p: { email: string }) =>
  db.selectFrom('users').select(columns).select('password_hash').where('email', '=', p.email),
);

export const list = defineSystemQuery('accounts.list', (db, p: { after: string; limit: number }) =>
  db.selectFrom('users').select(columns).where('email', '>', p.after).orderBy('email').limit(p.limit),
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

/** The time of a sign-in isn't a change that others must notice, so the version stays. */
export const noteLogin = defineSystemQuery('accounts.noteLogin', (db, p: { id: string; now: Date }) =>
  db.updateTable('users').set({ last_login_at: p.now }).where('id', '=', p.id),
);

/** Only while the old hash is still there: a password set meanwhile holds. */
export const replaceHash = defineSystemQuery(
  'accounts.replaceHash',
  (db, p: { id: string; old: string; passwordHash: string }) =>
    db
      .updateTable('users')
      .set({ password_hash: p.passwordHash })
      .where('id', '=', p.id)
      .where('password_hash', '=', p.old),
);
