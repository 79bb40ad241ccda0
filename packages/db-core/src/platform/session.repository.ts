import { defineSystemQuery } from '../database/query.ts';

const columns = [
  'id',
  'account_id',
  'ip',
  'user_agent',
  'is_active',
  'expires_at',
  'last_activity_at',
  'created_at',
] as const;

interface NewSession {
  readonly id: string;
  readonly accountId: string;
  readonly hash: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly expiresAt: Date;
  readonly now: Date;
}

export const insert = defineSystemQuery('sessions.insert', (db, p: NewSession) =>
  db
    .insertInto('user_sessions')
    .values({
      id: p.id,
      account_id: p.accountId,
      hash: p.hash,
      ip: p.ip,
      user_agent: p.userAgent,
      expires_at: p.expiresAt,
      last_activity_at: p.now,
      created_at: p.now,
    })
    .returning(columns),
);

/** With what decides whether its account may still come in. */
export const findByHash = defineSystemQuery('sessions.findByHash', (db, p: { hash: string }) =>
  db
    .selectFrom('user_sessions')
    .innerJoin('users', 'users.id', 'user_sessions.account_id')
    .select([
      'user_sessions.id',
      'user_sessions.account_id',
      'user_sessions.is_active',
      'user_sessions.expires_at',
      'user_sessions.last_activity_at',
      'users.email',
      'users.is_admin',
      'users.is_active as account_is_active',
    ])
    .where('user_sessions.hash', '=', p.hash),
);

export const touch = defineSystemQuery('sessions.touch', (db, p: { id: string; now: Date }) =>
  db.updateTable('user_sessions').set({ last_activity_at: p.now }).where('id', '=', p.id),
);

export const list = defineSystemQuery('sessions.list', (db, p: { accountId: string; after: string; limit: number }) =>
  db
    .selectFrom('user_sessions')
    .select(columns)
    .where('account_id', '=', p.accountId)
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
);

export const end = defineSystemQuery('sessions.end', (db, p: { accountId: string; id: string }) =>
  db
    .updateTable('user_sessions')
    .set({ is_active: false })
    .where('account_id', '=', p.accountId)
    .where('id', '=', p.id)
    .where('is_active', '=', true)
    .returning(columns),
);

export const findById = defineSystemQuery('sessions.findById', (db, p: { accountId: string; id: string }) =>
  db.selectFrom('user_sessions').select(columns).where('account_id', '=', p.accountId).where('id', '=', p.id),
);

export const endOfAccount = defineSystemQuery('sessions.endOfAccount', (db, p: { accountId: string; keep: string }) =>
  db
    .updateTable('user_sessions')
    .set({ is_active: false })
    .where('account_id', '=', p.accountId)
    .where('id', '<>', p.keep)
    .where('is_active', '=', true)
    .returning('id'),
);
