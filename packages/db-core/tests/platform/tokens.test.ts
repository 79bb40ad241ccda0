import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  AccountNotFoundError,
  Accounts,
  ApiTokens,
  Audit,
  AuthenticationError,
  type Database,
  ForbiddenError,
  newId,
  TokenNotFoundError,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const ada = { userId: 'ada', name: 'laptop', scopes: ['conversations:read', 'conversations:write'] };

function changeAll(database: Database, values: { expires_at?: Date; last_used_at?: Date }): Promise<unknown> {
  return database.system('test').run((db) => db.updateTable('api_tokens').set(values));
}

describeEngines('API tokens', (context) => {
  it('let in whom they were made for, with their scopes', async () => {
    const tokens = new ApiTokens(await context.open());
    const { token, record } = await tokens.create({ ...ada, scopes: [...ada.scopes, 'conversations:read'] });
    expect(token).toMatch(/^keelson_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    expect(token.startsWith(`keelson_${record.prefix}_`)).toBe(true);
    expect(record).toMatchObject({ ...ada, accountId: null, lastUsedAt: null, expiresAt: null, revokedAt: null });
    expect(await tokens.authenticate(token)).toEqual({ tokenId: record.id, userId: 'ada', scopes: ada.scopes });
  });

  it('are stored as a hash and nothing else', async () => {
    const database = await context.open();
    const { token, record } = await new ApiTokens(database).create(ada);
    const [row] = await database
      .system('test')
      .all((db) => db.selectFrom('api_tokens').select(['hash', 'prefix', 'name', 'user_id']));
    expect(row?.hash).toBe(createHash('sha256').update(token).digest('hex'));
    const secret = token.slice(token.indexOf(record.prefix) + record.prefix.length + 1);
    expect(JSON.stringify([row, record])).not.toContain(secret);
  });

  it('turn away what is unknown, wrong, expired, revoked or of an inactive account, in the same words', async () => {
    const database = await context.open();
    const tokens = new ApiTokens(database);
    const account = await new Accounts(database).create({
      email: 'gone@example.com',
      password: 'correct horse battery',
    });
    const good = await tokens.create(ada);
    const revoked = await tokens.create({ ...ada, name: 'revoked' });
    await tokens.revoke(revoked.record.id);
    const orphan = await tokens.create({ ...ada, name: 'orphan', accountId: account.id });
    await expect(tokens.authenticate(orphan.token)).resolves.toBeDefined();
    await database.system('test').run((db) => db.updateTable('users').set({ is_active: false }));
    const expired = await tokens.create({ ...ada, name: 'expired', expiresAt: new Date(Date.now() + 60_000) });
    await expect(tokens.authenticate(expired.token)).resolves.toBeDefined();
    await database.system('test').run((db) =>
      db
        .updateTable('api_tokens')
        .set({ expires_at: new Date(Date.now() - 1) })
        .where('name', '=', 'expired'),
    );
    const attempts = [
      revoked.token,
      orphan.token,
      expired.token,
      `${good.token.slice(0, -1)}${good.token.endsWith('A') ? 'B' : 'A'}`,
      `keelson_000000000000_${'A'.repeat(43)}`,
      'keelson_x_y',
      '',
      'a'.repeat(100_000),
      undefined as unknown as string,
    ];
    const errors = await Promise.all(
      attempts.map(async (token) => tokens.authenticate(token).catch((error: unknown) => error)),
    );
    expect(errors.every((error) => error instanceof AuthenticationError)).toBe(true);
    expect(
      new Set(
        errors.map((error) => JSON.stringify([(error as Error).message, (error as AuthenticationError).details])),
      ),
    ).toHaveProperty('size', 1);
    await expect(tokens.authenticate(good.token)).resolves.toBeDefined();
  });

  it('note their last use at most once a minute', async () => {
    const database = await context.open();
    const tokens = new ApiTokens(database);
    const { token } = await tokens.create(ada);
    const lastUse = async (): Promise<Date | null | undefined> => (await tokens.list()).items[0]?.lastUsedAt;
    await tokens.authenticate(token);
    const first = await lastUse();
    expect(first).toBeInstanceOf(Date);
    await tokens.authenticate(token);
    expect(await lastUse()).toEqual(first);
    await changeAll(database, { last_used_at: new Date(Date.now() - 61_000) });
    await tokens.authenticate(token);
    expect((await lastUse())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? Infinity);
  });

  it('are listed in the order in which they were made, of one user or of all', async () => {
    const tokens = new ApiTokens(await context.open());
    for (const [userId, name] of [
      ['ada', 'one'],
      ['bob', 'two'],
      ['ada', 'three'],
    ] as const)
      await tokens.create({ ...ada, userId, name });
    expect((await tokens.list()).items.map(({ name }) => name)).toEqual(['one', 'two', 'three']);
    const first = await tokens.list({ userId: 'ada', limit: 1 });
    expect(first.items.map(({ name }) => name)).toEqual(['one']);
    const second = await tokens.list({ userId: 'ada', limit: 1, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ name: 'three' }], nextCursor: null });
    await expect(tokens.list({ cursor: 'nonsense' })).rejects.toBeInstanceOf(ValidationError);
  });

  it('are revoked once and for all', async () => {
    const tokens = new ApiTokens(await context.open());
    const { record } = await tokens.create(ada);
    const revoked = await tokens.revoke(record.id);
    expect(revoked.revokedAt).toBeInstanceOf(Date);
    expect(await tokens.revoke(record.id.toUpperCase())).toEqual(revoked);
    await expect(tokens.revoke(newId())).rejects.toBeInstanceOf(TokenNotFoundError);
    await expect(tokens.revoke('x')).rejects.toBeInstanceOf(ValidationError);
  });

  it.each([
    [{ ...ada, userId: '' }, 'userId'],
    [{ ...ada, name: '' }, 'name'],
    [{ ...ada, name: 'x'.repeat(201) }, 'name'],
    [{ ...ada, scopes: [] }, 'scopes'],
    [{ ...ada, scopes: ['Everything!'] }, 'scopes.0'],
    [{ ...ada, expiresAt: new Date(0) }, 'expiresAt'],
    [{ ...ada, expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ ...ada, accountId: 'x' }, 'accountId'],
  ])('refuse %j', async (input, path) => {
    const tokens = new ApiTokens(await context.open());
    await expect(tokens.create(input as never)).rejects.toMatchObject({
      code: 'VALIDATION',
      details: { issues: [{ path }] },
    });
  });

  it('need an account that exists, when they name one', async () => {
    const tokens = new ApiTokens(await context.open());
    await expect(tokens.create({ ...ada, accountId: newId() })).rejects.toBeInstanceOf(AccountNotFoundError);
  });

  it('say which scopes there are, and let in also those whose scopes are no more', async () => {
    const database = await context.open();
    const tokens = new ApiTokens(database);
    await expect(tokens.create({ ...ada, scopes: ['conversations', 'invoices:read'] })).rejects.toMatchObject({
      details: {
        issues: [
          {
            path: 'scopes.1',
            message:
              'is no scope; there are *, admin, conversations, conversations:read, conversations:write, changes, changes:read',
          },
        ],
      },
    });
    const { token } = await tokens.create(ada);
    const scopes = ['invoices:read', 'conversations:read'];
    await database.system('test').run((db) => db.updateTable('api_tokens').set({ scopes }));
    expect(await tokens.authenticate(token)).toMatchObject({ scopes });
  });

  it('can not do more than who makes them', async () => {
    const tokens = new ApiTokens(await context.open());
    const reader = { userId: 'ada', scopes: ['conversations:read'] };
    const make = (scopes: readonly string[], userId = 'ada') =>
      tokens.create({ ...ada, scopes, userId }, reader).then(({ record }) => record.scopes);
    expect(await make(['conversations:read'])).toEqual(['conversations:read']);
    for (const more of [['conversations:write'], ['conversations'], ['*'], ['admin'], ['conversations:read', 'admin']])
      await expect(make(more)).rejects.toBeInstanceOf(ForbiddenError);
    await expect(make(['conversations:read'], 'bob')).rejects.toBeInstanceOf(ForbiddenError);
    const admin = { userId: 'root', scopes: ['admin', 'conversations'] };
    await expect(tokens.create({ ...ada, scopes: ['conversations:read'] }, admin)).resolves.toBeDefined();
    await expect(tokens.create({ ...ada, scopes: ['*'] }, admin)).rejects.toBeInstanceOf(ForbiddenError);
  });

  it("have in their owner's audit who made and revoked them", async () => {
    const database = await context.open();
    const tokens = new ApiTokens(database);
    const { record } = await tokens.create(ada);
    await tokens.create({ ...ada, accountId: newId() }).catch(() => undefined);
    await tokens.revoke(record.id, { userId: 'root', requestId: 'req-1' });
    await tokens.revoke(record.id, { userId: 'eve' });
    const { items } = await new Audit(database).list('ada');
    expect(items.map(({ actorId, action, entityId, requestId }) => [actorId, action, entityId, requestId])).toEqual([
      ['root', 'token.revoked', record.id, 'req-1'],
      ['keelson:system', 'token.created', record.id, null],
    ]);
  });
});
