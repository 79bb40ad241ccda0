import { Accounts, openDatabase, Sessions } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure, succeed } from './support/keelson.ts';

const password = 'correct horse battery';
const another = 'another long password';

describeEngines('keelson user', (context) => {
  it('lists and shows accounts, and never their passwords', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const accounts = new Accounts(database);
    for (const name of ['cleo', 'ada', 'bob']) await accounts.create({ email: `${name}@example.com`, password });
    const first = await document<{ items: { email: string }[]; nextCursor: string }>(['user', 'list', '--limit', '2'], {
      url,
    });
    expect(first.items.map(({ email }) => email)).toEqual(['ada@example.com', 'bob@example.com']);
    const rest = await document<typeof first>(['user', 'list', '--cursor', first.nextCursor], { url });
    expect(rest).toMatchObject({ items: [{ email: 'cleo@example.com' }], nextCursor: null });
    const shown = await document(['user', 'show', 'Ada@Example.com'], { url });
    expect(shown).toMatchObject({ email: 'ada@example.com', isActive: true });
    expect(JSON.stringify([first, shown])).not.toMatch(/hash|argon2/);
    expect((await succeed(['user', 'list'], { url })).stdout).toMatch(/bob@example\.com .*active/);
    expect(await failure(['user', 'show', 'eve@example.com'], { url, exit: 1 })).toMatchObject({
      code: 'ACCOUNT_NOT_FOUND',
      hint: expect.stringContaining('keelson user list'),
    });
  });

  it('keeps somebody out, lets them in again, and sets a new password; sessions end with it', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const accounts = new Accounts(database);
    const sessions = new Sessions(database);
    const { email } = await accounts.create({ email: 'ada@example.com', password });
    const { token } = await sessions.create({ email, password });
    expect(await document(['user', 'deactivate', email], { url })).toMatchObject({ isActive: false });
    await expect(sessions.authenticate(token)).rejects.toMatchObject({ code: 'AUTHENTICATION' });
    await expect(accounts.verifyPassword(email, password)).rejects.toMatchObject({ code: 'AUTHENTICATION' });
    expect(await document(['user', 'activate', email], { url })).toMatchObject({ isActive: true });

    const kept = await sessions.create({ email, password });
    await document(['user', 'set-password', email, '--password-stdin'], { url, input: `${another}\n` });
    await expect(sessions.authenticate(kept.token)).rejects.toMatchObject({ code: 'AUTHENTICATION' });
    await expect(accounts.verifyPassword(email, another)).resolves.toMatchObject({ email });
    expect(
      await failure(['user', 'set-password', email, '--password-stdin'], { url, input: 'short\n', exit: 2 }),
    ).toMatchObject({ code: 'VALIDATION' });
    expect((await failure(['user', 'set-password', email], { url, exit: 2 })).code).toBe('USAGE');
  });

  it('shows sessions and ends one or all', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const { email } = await new Accounts(database).create({ email: 'ada@example.com', password });
    const sessions = new Sessions(database);
    const one = await sessions.create({ email, password, userAgent: 'first' });
    await sessions.create({ email, password, userAgent: 'second' });
    await sessions.create({ email, password });
    const list = () => document<{ items: { id: string; isActive: boolean }[] }>(['user', 'sessions', email], { url });
    const before = await list();
    expect(before.items).toMatchObject([{ userAgent: 'first', isActive: true }, {}, {}]);
    expect(JSON.stringify(before)).not.toContain(one.token);
    expect(await document(['user', 'sessions', email, '--end', before.items[0]!.id], { url })).toEqual({ ended: 1 });
    await expect(sessions.authenticate(one.token)).rejects.toMatchObject({ code: 'AUTHENTICATION' });
    expect(await document(['user', 'sessions', email, '--end-all'], { url })).toEqual({ ended: 2 });
    expect((await list()).items.map(({ isActive }) => isActive)).toEqual([false, false, false]);
    expect((await failure(['user', 'sessions', email, '--end', 'x', '--end-all'], { url, exit: 2 })).code).toBe(
      'USAGE',
    );
  });
});
