import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  Accounts,
  assertCsrfToken,
  Audit,
  AuthenticationError,
  CsrfError,
  csrfTokenOf,
  type Database,
  newId,
  type Session,
  SessionNotFoundError,
  Retention,
  Sessions,
  type SignedIn,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const password = 'correct horse battery';
const email = 'ada@example.com';

interface Signed extends SignedIn {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
}

function changeAll(
  database: Database,
  values: { expires_at?: Date; last_activity_at?: Date; is_active?: boolean },
): Promise<unknown> {
  return database.system('test').run((db) => db.updateTable('user_sessions').set(values));
}

const ago = (ms: number): Date => new Date(Date.now() - ms);

describeEngines('sessions', (context) => {
  async function signedIn(): Promise<Signed> {
    const database = await context.open();
    const accounts = new Accounts(database);
    await accounts.create({ email, password });
    const sessions = new Sessions(database);
    const signed = await sessions.create({
      email: 'ADA@example.com',
      password,
      ip: '192.0.2.7',
      userAgent: 'Browser/1',
    });
    return { database, accounts, sessions, ...signed };
  }

  async function isOver(sessions: Sessions, token: string): Promise<boolean> {
    return sessions.authenticate(token).then(
      () => false,
      (error: unknown) => error instanceof AuthenticationError,
    );
  }

  it('begin with a password that is right, and let in whoever has the token', async () => {
    const { accounts, sessions, token, session, account } = await signedIn();
    expect(token).toMatch(/^keelson_session_[A-Za-z0-9_-]{43}$/);
    expect(session).toMatchObject({ accountId: account.id, ip: '192.0.2.7', userAgent: 'Browser/1', isActive: true });
    expect(session.expiresAt.getTime() - session.createdAt.getTime()).toBe(7 * 86_400_000);
    expect(account.lastLoginAt).toBeInstanceOf(Date);
    expect((await accounts.findByEmail(email))?.lastLoginAt).toEqual(account.lastLoginAt);
    expect(await sessions.authenticate(token)).toEqual({
      sessionId: session.id,
      accountId: account.id,
      userId: account.id,
      email,
      scopes: ['conversations', 'changes'],
    });
    await accounts.createAdmin({ email: 'root@example.com', password });
    const admin = await sessions.create({ email: 'root@example.com', password });
    expect((await sessions.authenticate(admin.token)).scopes).toEqual(['*']);
    expect(admin.session).toMatchObject({ ip: null, userAgent: null });
  });

  it('are stored as a hash and nothing else', async () => {
    const { database, token, session } = await signedIn();
    const [row] = await database.system('test').all((db) => db.selectFrom('user_sessions').selectAll());
    expect(row?.hash).toBe(createHash('sha256').update(token).digest('hex'));
    const secret = token.slice('keelson_session_'.length);
    const { items } = await new Audit(database).listOfAll();
    expect(JSON.stringify([row, session, items])).not.toContain(secret);
  });

  it('refuse an unknown address, a wrong password and an inactive account in the same words', async () => {
    const { accounts, sessions } = await signedIn();
    await accounts.create({ email: 'gone@example.com', password });
    await accounts.setActive('gone@example.com', false);
    const attempts = [
      { email: 'eve@example.com', password },
      { email, password: 'wrong password here' },
      { email, password: 'short' },
      { email: 'gone@example.com', password },
      { email: 'nonsense', password },
    ];
    const errors = await Promise.all(
      attempts.map((attempt) => sessions.create(attempt).catch((error: unknown) => error)),
    );
    expect(errors.every((error) => error instanceof AuthenticationError)).toBe(true);
    expect(new Set(errors.map(String))).toHaveProperty('size', 1);
  });

  it('let nobody in that are unknown, ended, expired, idle, or of an inactive account, in the same words', async () => {
    const { database, accounts, sessions, token, session } = await signedIn();
    const unknown = `keelson_session_${'A'.repeat(43)}`;
    const words = new Set<string>();
    const expectOver = async (given: string): Promise<void> => {
      const error = await sessions.authenticate(given).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(AuthenticationError);
      words.add(String(error));
    };
    for (const given of [unknown, '', 'x', 'a'.repeat(100_000), undefined as unknown as string])
      await expectOver(given);
    const mend = { expires_at: session.expiresAt, last_activity_at: new Date(), is_active: true };
    for (const broken of [
      { is_active: false },
      { expires_at: ago(1) },
      { last_activity_at: ago(12 * 3_600_000 + 1000) },
    ]) {
      await changeAll(database, broken);
      await expectOver(token);
      await changeAll(database, mend);
      expect(await isOver(sessions, token)).toBe(false);
    }
    await accounts.setActive(email, false);
    await changeAll(database, mend);
    await expectOver(token);
    await accounts.setActive(email, true);
    expect(await isOver(sessions, token)).toBe(false);
    expect(words.size).toBe(1);
  });

  it('note their use at most once a minute', async () => {
    const { database, sessions, token, account } = await signedIn();
    const lastUse = async (): Promise<Date | undefined> =>
      (await sessions.list({ accountId: account.id })).items[0]?.lastActivityAt;
    const first = await lastUse();
    await sleep(5);
    await sessions.authenticate(token);
    expect(await lastUse()).toEqual(first);
    await changeAll(database, { last_activity_at: ago(61_000) });
    await sessions.authenticate(token);
    expect((await lastUse())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? Infinity);
  });

  it('take what programs call themselves as far as it can be kept', async () => {
    const { sessions } = await signedIn();
    const userAgent = `Browser\u0000/\ud800${'🚢'.repeat(600)}`;
    const { session } = await sessions.create({ email, password, ip: '::ffff:192.0.2.7', userAgent });
    expect(Array.from(session.userAgent ?? '')).toHaveLength(500);
    expect(session.userAgent?.startsWith('Browser /\ufffd🚢')).toBe(true);
    await expect(sessions.create({ email, password, ip: 'nowhere' })).rejects.toThrow(ValidationError);
  });

  it('are listed for their account, and ended one by one or all but one', async () => {
    const { accounts, sessions, token, session, account } = await signedIn();
    const accountId = account.id;
    const others = [await sessions.create({ email, password }), await sessions.create({ email, password })];
    const bob = await accounts.create({ email: 'bob@example.com', password });
    const bobs = await sessions.create({ email: 'bob@example.com', password });
    const first = await sessions.list({ accountId, limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual([session.id, others[0]?.session.id]);
    const second = await sessions.list({ accountId, limit: 2, cursor: first.nextCursor });
    expect(second.items.map(({ id }) => id)).toEqual([others[1]?.session.id]);

    await expect(sessions.revoke({ accountId: bob.id, id: session.id })).rejects.toThrow(SessionNotFoundError);
    await expect(sessions.revoke({ accountId, id: newId() })).rejects.toThrow(SessionNotFoundError);
    const id = others[0]?.session.id ?? '';
    expect(await sessions.revoke({ accountId, id })).toMatchObject({ id, isActive: false });
    expect(await sessions.revoke({ accountId, id })).toMatchObject({ id, isActive: false });
    expect(await isOver(sessions, others[0]?.token ?? '')).toBe(true);

    expect(await sessions.revokeAll({ accountId, keep: session.id })).toBe(1);
    expect(await isOver(sessions, others[1]?.token ?? '')).toBe(true);
    expect(await isOver(sessions, token)).toBe(false);
    expect(await sessions.revokeAll({ accountId })).toBe(1);
    expect(await isOver(sessions, token)).toBe(true);
    expect(await isOver(sessions, bobs.token)).toBe(false);
  });

  it('end with the password, but the one that it was changed from, and with the account', async () => {
    const { accounts, sessions, token, session } = await signedIn();
    const other = await sessions.create({ email, password });
    const next = 'a new one, longer';
    await accounts.changePassword({ email, current: password, password: next, keepSession: session.id });
    expect([await isOver(sessions, token), await isOver(sessions, other.token)]).toEqual([false, true]);
    await accounts.setPassword(email, password);
    expect(await isOver(sessions, token)).toBe(true);
    const again = await sessions.create({ email, password });
    await accounts.setActive(email, false);
    await accounts.setActive(email, true);
    expect(await isOver(sessions, again.token)).toBe(true);
  });

  it('do not outlive a password that is changed while somebody signs in with the old one', async () => {
    const { accounts, sessions } = await signedIn();
    const next = 'a new one, longer';
    for (let round = 0; round < 6; round += 1) {
      const [before, after] = round % 2 === 0 ? [password, next] : [next, password];
      const attempts = Promise.allSettled(
        Array.from({ length: 3 }, (_, number) =>
          sleep(number * 4).then(() =>
            sessions.create({ email, password: before, ip: `192.0.2.${round * 3 + number}` }),
          ),
        ),
      );
      await sleep(round * 5);
      await accounts.setPassword(email, after);
      for (const outcome of await attempts) {
        if (outcome.status === 'fulfilled') expect(await isOver(sessions, outcome.value.token)).toBe(true);
        else expect(outcome.reason).toBeInstanceOf(AuthenticationError);
      }
    }
  });

  it('are removed when they are over, and no others', async () => {
    const { database, sessions, session, account } = await signedIn();
    const idle = await sessions.create({ email, password });
    const expired = await sessions.create({ email, password });
    const change = (of: Session, values: { expires_at?: Date; last_activity_at?: Date }) =>
      database.system('test').run((db) => db.updateTable('user_sessions').set(values).where('id', '=', of.id));
    await change(idle.session, { last_activity_at: ago(12 * 3_600_000) });
    await change(expired.session, { expires_at: ago(0) });
    await sessions.create({ email, password: 'wrong password here' }).catch(() => undefined);
    const removed = async () => {
      const outcomes = await new Retention(database).run();
      return Object.fromEntries(outcomes.filter(({ rows }) => rows > 0).map(({ rule, rows }) => [rule, rows]));
    };
    expect(await removed()).toEqual({ 'sessions.expired': 1, 'sessions.idle': 1 });
    expect((await sessions.list({ accountId: account.id })).items.map(({ id }) => id)).toEqual([session.id]);
    await database
      .system('test')
      .run((db) => db.updateTable('sign_in_failures').set({ last_failed_at: ago(3_700_000) }));
    expect(await removed()).toEqual({ 'sign-ins.failed': 1 });
  });

  it('have times that can be chosen', async () => {
    const { database } = await signedIn();
    const sessions = new Sessions(database, { lifetimeMs: 60_000, idleMs: 2000 });
    const { token, session } = await sessions.create({ email, password });
    expect(session.expiresAt.getTime() - session.createdAt.getTime()).toBe(60_000);
    await changeAll(database, { last_activity_at: ago(3000) });
    expect(await isOver(sessions, token)).toBe(true);
    expect(() => new Sessions(database, { idleMs: 0 })).toThrow(ValidationError);
  });

  it('give their page a token that no other session has', async () => {
    const { sessions, token, csrfToken } = await signedIn();
    const other = await sessions.create({ email, password });
    expect(csrfToken).toBe(csrfTokenOf(token));
    expect(csrfToken).not.toBe(other.csrfToken);
    expect(token).not.toContain(csrfToken);
    expect(() => assertCsrfToken(token, csrfToken)).not.toThrow();
    for (const wrong of [other.csrfToken, '', undefined, 5, `${csrfToken}x`])
      expect(() => assertCsrfToken(token, wrong)).toThrow(CsrfError);
  });

  it('have in the audit of their account when they began and who ended them', async () => {
    const { database, sessions, session, account } = await signedIn();
    const { session: second } = await sessions.create({ email, password, requestId: 'req-2' });
    await sessions.revoke({ accountId: account.id, id: session.id }, { userId: 'root', requestId: 'req-3' });
    await sessions.revoke({ accountId: account.id, id: session.id }, { userId: 'root' });
    await new Accounts(database).setActive(email, false);
    const { items } = await new Audit(database).list(account.id);
    const facts = items.map(({ actorId, action, entityId, requestId }) => [actorId, action, entityId, requestId]);
    expect(facts).toEqual([
      ['keelson:system', 'account.deactivated', account.id, null],
      ['keelson:system', 'session.ended', second.id, null],
      ['root', 'session.ended', session.id, 'req-3'],
      [account.id, 'session.created', second.id, 'req-2'],
      [account.id, 'session.created', session.id, null],
      ['keelson:system', 'account.created', account.id, null],
    ]);
  });
});
