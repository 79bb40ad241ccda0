import { defineSystemQuery } from '../database/query.ts';

const columns = [
  'id',
  'user_id',
  'account_id',
  'name',
  'prefix',
  'scopes',
  'last_used_at',
  'expires_at',
  'revoked_at',
  'created_at',
] as const;

interface NewToken {
  readonly id: string;
  readonly userId: string;
  readonly accountId: string | null;
  readonly name: string;
  readonly prefix: string;
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly now: Date;
}

export const insert = defineSystemQuery('tokens.insert', (db, p: NewToken) =>
  db
    .insertInto('api_tokens')
    .values({
      id: p.id,
      user_id: p.userId,
      account_id: p.accountId,
      name: p.name,
      prefix: p.prefix,
      hash: p.hash,
      scopes: p.scopes,
      expires_at: p.expiresAt,
      created_at: p.now,
    })
    .returning(columns),
);

/** What decides whether it lets somebody in; its account, if it has one, must be active. */
export const findByPrefix = defineSystemQuery('tokens.findByPrefix', (db, p: { prefix: string }) =>
  db
    .selectFrom('api_tokens')
    .leftJoin('users', 'users.id', 'api_tokens.account_id')
    .select([
      'api_tokens.id',
      'api_tokens.user_id',
      'api_tokens.hash',
      'api_tokens.scopes',
      'api_tokens.last_used_at',
      'api_tokens.expires_at',
      'api_tokens.revoked_at',
      'users.is_active as account_is_active',
    ])
    .where('api_tokens.prefix', '=', p.prefix),
);

export const touch = defineSystemQuery('tokens.touch', (db, p: { id: string; now: Date }) =>
  db.updateTable('api_tokens').set({ last_used_at: p.now }).where('id', '=', p.id),
);

export const list = defineSystemQuery('tokens.list', (db, p: { after: string; limit: number }) =>
  db.selectFrom('api_tokens').select(columns).where('id', '>', p.after).orderBy('id').limit(p.limit),
);

export const listOfUser = defineSystemQuery(
  'tokens.listOfUser',
  (db, p: { userId: string; after: string; limit: number }) =>
    db
      .selectFrom('api_tokens')
      .select(columns)
      .where('user_id', '=', p.userId)
      .where('id', '>', p.after)
      .orderBy('id')
      .limit(p.limit),
);

/** One that was revoked before keeps its time: then this gives nothing. */
export const revoke = defineSystemQuery('tokens.revoke', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('api_tokens')
    .set({ revoked_at: p.now })
    .where('id', '=', p.id)
    .where('revoked_at', 'is', null)
    .returning(columns),
);

export const findById = defineSystemQuery('tokens.findById', (db, p: { id: string }) =>
  db.selectFrom('api_tokens').select(columns).where('id', '=', p.id),
);
