import { hash } from '@node-rs/argon2';
import { expect, it } from 'vitest';
import {
  AccountExistsError,
  AccountNotFoundError,
  Accounts,
  Audit,
  AuthenticationError,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const password = 'correct horse battery';

describeEngines('accounts', (context) => {
  it('are found by their address, whatever its case, and never show the hash', async () => {
    const accounts = new Accounts(await context.open());
    const made = await accounts.createAdmin({ email: ' Ada@Example.COM ', password, fullName: 'Ada Lovelace' });
    expect(made).toMatchObject({
      email: 'ada@example.com',
      fullName: 'Ada Lovelace',
      isAdmin: true,
      isActive: true,
      lastLoginAt: null,
      version: 1,
    });
    expect(await accounts.findByEmail('ADA@example.com')).toEqual(made);
    expect(JSON.stringify(made)).not.toContain('argon2');
    expect(await accounts.findByEmail('eve@example.com')).toBeUndefined();
  });

  it('exist once for an address', async () => {
    const accounts = new Accounts(await context.open());
    const first = await accounts.create({ email: 'ada@example.com', password });
    await expect(accounts.create({ email: 'ADA@example.com', password })).rejects.toBeInstanceOf(AccountExistsError);
    expect(first.isAdmin).toBe(false);
    expect((await accounts.list()).items).toHaveLength(1);
  });

  it('store an argon2id hash with the parameters that are stated', async () => {
    const database = await context.open();
    await new Accounts(database).create({ email: 'ada@example.com', password });
    const [row] = await database.system('test').all((db) => db.selectFrom('users').select('password_hash'));
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it.each([
    [{ email: 'not an address', password }, 'email'],
    [{ email: `${'a'.repeat(320)}@example.com`, password }, 'email'],
    [{ email: 'ada@example.com', password: 'too short' }, 'password'],
    [{ email: 'ada@example.com', password: 'x'.repeat(1025) }, 'password'],
    [{ email: 'ada@example.com', password: 12 }, 'password'],
    [{ email: 'ada@example.com', password, fullName: 'a\u0000b' }, 'fullName'],
    [{ email: 'ada@example.com', password, isAdmin: 'yes' }, 'isAdmin'],
  ])('refuse %j', async (input, path) => {
    const accounts = new Accounts(await context.open());
    const error = await accounts.create(input as never).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).details['issues']).toMatchObject([{ path }]);
    expect(JSON.stringify((error as ValidationError).details)).not.toContain('too short"');
  });

  it('let in whoever has the password, and note when', async () => {
    const accounts = new Accounts(await context.open());
    const made = await accounts.create({ email: 'ada@example.com', password });
    const entered = await accounts.verifyPassword('Ada@example.com', password);
    expect(entered.id).toBe(made.id);
    expect((await accounts.findByEmail('ada@example.com'))?.lastLoginAt).toEqual(entered.lastLoginAt);
    // The same characters, typed composed and decomposed.
    await accounts.setPassword('ada@example.com', 'pässwörd for tea');
    await expect(
      accounts.verifyPassword('ada@example.com', 'pässwörd for tea'.normalize('NFD')),
    ).resolves.toMatchObject({ id: made.id });
  });

  it('turn away an unknown address, a wrong password and an inactive account in the same words', async () => {
    const database = await context.open();
    const accounts = new Accounts(database);
    await accounts.create({ email: 'ada@example.com', password });
    await accounts.create({ email: 'gone@example.com', password });
    await database
      .system('test')
      .run((db) => db.updateTable('users').set({ is_active: false }).where('email', '=', 'gone@example.com'));
    const attempts: [string, string][] = [
      ['eve@example.com', password],
      ['ada@example.com', 'wrong password here'],
      ['ada@example.com', 'short'],
      ['gone@example.com', password],
      ['nonsense', password],
      ['ada@example.com', 'x'.repeat(100_000)],
    ];
    const errors = await Promise.all(
      attempts.map(async ([email, given]) => accounts.verifyPassword(email, given).catch((error: unknown) => error)),
    );
    expect(errors.every((error) => error instanceof AuthenticationError)).toBe(true);
    expect(new Set(errors.map((error) => (error as AuthenticationError).message))).toHaveProperty('size', 1);
  });

  it('take a new password, and the old one no more', async () => {
    const accounts = new Accounts(await context.open());
    const made = await accounts.create({ email: 'ada@example.com', password });
    const changed = await accounts.setPassword('ADA@example.com', 'a new one, longer');
    expect(changed.version).toBe(made.version + 1);
    await expect(accounts.verifyPassword('ada@example.com', password)).rejects.toBeInstanceOf(AuthenticationError);
    await expect(accounts.verifyPassword('ada@example.com', 'a new one, longer')).resolves.toBeDefined();
    await expect(accounts.setPassword('eve@example.com', password)).rejects.toBeInstanceOf(AccountNotFoundError);
  });

  it('are hashed anew at a sign-in when the parameters have grown since', async () => {
    const database = await context.open();
    const accounts = new Accounts(database);
    await accounts.create({ email: 'ada@example.com', password });
    const weak = await hash(password, { memoryCost: 1024, timeCost: 1 });
    await database.system('test').run((db) => db.updateTable('users').set({ password_hash: weak }));
    await accounts.verifyPassword('ada@example.com', password);
    const row = await database.system('test').first((db) => db.selectFrom('users').select('password_hash'));
    expect(row?.password_hash).toContain('m=19456,t=2');
    await expect(accounts.verifyPassword('ada@example.com', password)).resolves.toBeDefined();
  });

  it('are listed by address, page by page', async () => {
    const accounts = new Accounts(await context.open());
    for (const name of ['cleo', 'ada', 'bob']) await accounts.create({ email: `${name}@example.com`, password });
    const first = await accounts.list({ limit: 2 });
    expect(first.items.map(({ email }) => email)).toEqual(['ada@example.com', 'bob@example.com']);
    const second = await accounts.list({ limit: 2, cursor: first.nextCursor });
    expect(second.items.map(({ email }) => email)).toEqual(['cleo@example.com']);
    expect(second.nextCursor).toBeNull();
    await expect(accounts.list({ limit: 0 })).rejects.toBeInstanceOf(ValidationError);
  });
});

describeEngines('the password of an account', (context) => {
  it('is changed by whoever knows the one in use', async () => {
    const accounts = new Accounts(await context.open());
    const made = await accounts.create({ email: 'ada@example.com', password });
    const next = 'a new one, longer';
    const changed = await accounts.changePassword({ email: 'ADA@example.com', current: password, password: next });
    expect(changed).toMatchObject({ id: made.id, version: made.version + 1 });
    await expect(accounts.verifyPassword('ada@example.com', next)).resolves.toBeDefined();
    for (const wrong of [
      { email: 'ada@example.com', current: password, password: next },
      { email: 'eve@example.com', current: next, password: next },
    ])
      await expect(accounts.changePassword(wrong)).rejects.toBeInstanceOf(AuthenticationError);
    await expect(
      accounts.changePassword({ email: 'ada@example.com', current: next, password: 'short' }),
    ).rejects.toBeInstanceOf(ValidationError);
    await accounts.setActive('ada@example.com', false);
    await expect(accounts.changePassword({ email: 'ada@example.com', current: next, password })).rejects.toBeInstanceOf(
      AuthenticationError,
    );
  });

  it('is changed once, when two change it at the same time', async () => {
    const accounts = new Accounts(await context.open());
    await accounts.create({ email: 'ada@example.com', password });
    const wanted = ['the first new one', 'the second new one', 'the third new one'];
    const outcomes = await Promise.allSettled(
      wanted.map((next) => accounts.changePassword({ email: 'ada@example.com', current: password, password: next })),
    );
    const done = wanted.filter((_, number) => outcomes[number]?.status === 'fulfilled');
    expect(done).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(AuthenticationError);
    await expect(accounts.verifyPassword('ada@example.com', done[0] ?? '')).resolves.toBeDefined();
  });
});

describeEngines('an account', (context) => {
  it('is switched off and on, and found by its id', async () => {
    const accounts = new Accounts(await context.open());
    const made = await accounts.create({ email: 'ada@example.com', password });
    const off = await accounts.setActive('ada@example.com', false);
    expect(off).toMatchObject({ isActive: false, version: 2 });
    expect(await accounts.setActive('ada@example.com', false)).toEqual(off);
    await expect(accounts.verifyPassword('ada@example.com', password)).rejects.toBeInstanceOf(AuthenticationError);
    expect(await accounts.setActive('ada@example.com', true)).toMatchObject({ isActive: true, version: 3 });
    expect(await accounts.findById(made.id)).toMatchObject({ email: 'ada@example.com' });
    expect(await accounts.findById('00000000-0000-7000-8000-000000000000')).toBeUndefined();
    await expect(accounts.setActive('eve@example.com', true)).rejects.toBeInstanceOf(AccountNotFoundError);
  });

  it('has in its audit what was done to it and by whom, and nothing of what failed', async () => {
    const database = await context.open();
    const accounts = new Accounts(database);
    const root = { userId: 'root', requestId: 'req-1' };
    const { id } = await accounts.create({ email: 'ada@example.com', password }, root);
    await accounts.create({ email: 'ada@example.com', password }, root).catch(() => undefined);
    await accounts.changePassword({ email: 'ada@example.com', current: password, password: 'a new one, longer' });
    await accounts.setPassword('ada@example.com', password, root);
    const { items } = await new Audit(database).list(id);
    expect(items.map(({ actorId, action, requestId }) => [actorId, action, requestId])).toEqual([
      ['root', 'account.password-set', 'req-1'],
      [id, 'account.password-changed', null],
      ['root', 'account.created', 'req-1'],
    ]);
    expect((await new Audit(database).listOfAll()).items).toHaveLength(3);
  });
});
