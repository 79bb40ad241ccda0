import { expect, it } from 'vitest';
import { Accounts, ApiTokens, openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { document, failure, keelson, succeed } from './support/keelson.ts';

const password = 'correct horse battery';

describeEngines('keelson accounts and tokens', (context) => {
  it('makes an administrator whose password signs in', async () => {
    const url = await context.emptyUrl();
    const made = await document(['create-admin', 'Ada@Example.com', '--password-stdin', '--name', 'Ada Lovelace'], {
      url,
      input: `${password}\n`,
    });
    expect(made).toMatchObject({ email: 'ada@example.com', isAdmin: true, fullName: 'Ada Lovelace' });
    expect(JSON.stringify(made)).not.toMatch(/hash|argon2/);
    const database = openDatabase({ url, env: {} });
    await expect(new Accounts(database).verifyPassword('ada@example.com', password)).resolves.toMatchObject({
      isAdmin: true,
    });
    await database.close();
  });

  it('makes, lists and revokes tokens, and shows each once', async () => {
    const url = await context.emptyUrl();
    const made = await document<{ token: string; id: string }>(
      [
        'token',
        'create',
        '--user',
        'ada',
        '--name',
        'laptop',
        '--scope',
        'conversations:read,conversations:write',
        '--expires',
        '90d',
      ],
      { url },
    );
    expect(made).toMatchObject({
      userId: 'ada',
      name: 'laptop',
      scopes: ['conversations:read', 'conversations:write'],
    });
    const database = openDatabase({ url, env: {} });
    const tokens = new ApiTokens(database);
    await expect(tokens.authenticate(made.token)).resolves.toMatchObject({ userId: 'ada' });

    const list = await document<{ items: unknown[] }>(['token', 'list', '--user', 'ada'], { url });
    expect(list).toMatchObject({ items: [{ id: made.id, revokedAt: null }], nextCursor: null });
    expect(JSON.stringify(list)).not.toContain(made.token);
    expect(await document(['token', 'revoke', made.id], { url })).toMatchObject({
      id: made.id,
      revokedAt: expect.stringMatching(/^\d{4}-/),
    });
    await expect(tokens.authenticate(made.token)).rejects.toMatchObject({ code: 'AUTHENTICATION' });
    await database.close();
  });
});

describeEngines('keelson organisation and audit', (context) => {
  it('make an organisation, say who belongs to it, and show who did that', async () => {
    const url = await context.emptyUrl();
    const made = await document<{ id: string }>(['organisation', 'create', 'Engines', '--owner', 'ada'], { url });
    expect(made).toMatchObject({ name: 'Engines', version: 1 });
    const { id } = made;
    expect(await document(['organisation', 'add-member', id, 'bob', '--role', 'viewer'], { url })).toMatchObject({
      organisationId: id,
      memberId: 'bob',
      role: 'viewer',
    });
    expect(await document(['organisation', 'list', '--user', 'bob'], { url })).toMatchObject({ items: [{ id }] });
    expect(await document(['organisation', 'members', id], { url })).toMatchObject({
      items: [
        { memberId: 'ada', role: 'owner' },
        { memberId: 'bob', role: 'viewer' },
      ],
    });
    await document(['organisation', 'remove-member', id, 'bob'], { url });
    const last = await failure(['organisation', 'remove-member', id, 'ada'], { url, exit: 1 });
    expect(last.code).toBe('LAST_OWNER');
    expect(await document(['audit', '--user', id], { url })).toMatchObject({
      items: [
        { actorId: 'keelson:system', action: 'member.removed', entityId: 'bob' },
        { action: 'member.added', entityId: 'bob' },
        { action: 'member.added', entityId: 'ada' },
        { action: 'organisation.created', entityId: id },
      ],
      nextCursor: null,
    });
    const { stdout } = await succeed(['audit', '--actor', 'keelson:system'], { url });
    expect(stdout).toContain('member.removed');
  });
});

describeEngine('sqlite', 'keelson accounts and tokens: what has nothing to do with the engine', (context) => {
  it('warns of a password on the command line, and says what is wrong with others', async () => {
    const url = await context.url();
    const [short, missing, twice] = await Promise.all([
      failure(['create-admin', 'bob@example.com', '--password-stdin'], { url, input: 'short', exit: 2 }),
      failure(['create-admin', 'bob@example.com'], { url, exit: 2 }),
      failure(['create-admin', 'bob@example.com', password, '--password-stdin'], { url, exit: 2 }),
    ]);
    expect([short, missing, twice].map(({ code }) => code)).toEqual(['VALIDATION', 'USAGE', 'USAGE']);

    // As an argument it works, with a warning.
    const { code, stderr } = await keelson(['create-admin', 'cleo@example.com', password], { url });
    expect(code).toBe(0);
    expect(stderr).toContain('--password-stdin');
    expect(stderr).not.toContain(password);
    const again = await failure(['create-admin', 'CLEO@example.com', '--password-stdin'], {
      url,
      input: password,
      exit: 1,
    });
    expect(again.code).toBe('ACCOUNT_EXISTS');
  });

  it('gives a token to scripts, and says what is wrong with others', async () => {
    const url = await context.url();
    // Without --json the token alone is on stdout, for scripts.
    const plain = await succeed(['token', 'create'], { url });
    expect(plain.stdout).toMatch(/^keelson_[0-9a-f]{12}_[\w-]{43}\n$/);
    const [unknown, malformed, scope] = await Promise.all([
      failure(['token', 'revoke', '019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10'], { url, exit: 1 }),
      failure(['token', 'revoke', 'x'], { url, exit: 2 }),
      failure(['token', 'create', '--scope', 'EVERYTHING'], { url, exit: 2 }),
    ]);
    expect([unknown, malformed, scope].map(({ code }) => code)).toEqual([
      'TOKEN_NOT_FOUND',
      'VALIDATION',
      'VALIDATION',
    ]);
  });
});
