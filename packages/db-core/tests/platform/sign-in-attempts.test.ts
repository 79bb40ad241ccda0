import { expect, it } from 'vitest';
import {
  Accounts,
  AuthenticationError,
  type Database,
  openDatabase,
  SignInBlockedError,
  Sessions,
} from '../../src/index.ts';
import { networkOf } from '../../src/platform/ip-network.ts';
import { describeEngines } from '../../src/testing/index.ts';

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
  ['2001:0DB8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('the address %s belongs to %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

const email = 'ada@example.com';
const password = 'correct horse battery';
const wrong = { email, password: 'wrong password here', ip: '192.0.2.7' };
const right = { email, password, ip: '192.0.2.7' };

describeEngines('wrong passwords', (context) => {
  async function prepared(): Promise<{ database: Database; sessions: Sessions }> {
    const database = await context.open();
    await new Accounts(database).create({ email, password });
    return { database, sessions: new Sessions(database) };
  }

  async function refusals(sessions: Sessions, times: number): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (let time = 0; time < times; time += 1)
      errors.push(await sessions.create(wrong).catch((error: unknown) => error));
    return errors;
  }

  function change(
    database: Database,
    values: { blocked_until?: Date | null; last_failed_at?: Date; failures?: number },
  ): Promise<unknown> {
    return database.system('test').run((db) => db.updateTable('sign_in_failures').set(values));
  }

  it('make the next one wait after the fifth, and a right one, too', async () => {
    const { database, sessions } = await prepared();
    const errors = await refusals(sessions, 6);
    expect(errors.slice(0, 5).every((error) => error instanceof AuthenticationError)).toBe(true);
    const last = errors[5] as SignInBlockedError;
    expect(last).toBeInstanceOf(SignInBlockedError);
    expect(last.details['retryAfterMs']).toBeGreaterThan(0);
    expect(last.details['retryAfterMs']).toBeLessThanOrEqual(1000);
    await change(database, { blocked_until: new Date(Date.now() + 60_000) });
    await expect(sessions.create(right)).rejects.toThrow(SignInBlockedError);
    // From another address, and for another email, nobody waits.
    await expect(sessions.create({ ...right, ip: '192.0.2.8' })).resolves.toBeDefined();
    await expect(sessions.create({ ...right, ip: null })).resolves.toBeDefined();
    await expect(sessions.create({ ...right, email: 'bob@example.com' })).rejects.toThrow(AuthenticationError);
  });

  it('make wait longer each time, but never longer than a quarter of an hour', async () => {
    const { database, sessions } = await prepared();
    await refusals(sessions, 5);
    const waits: number[] = [];
    for (const failures of [5, 6, 13, 900_000]) {
      await change(database, { blocked_until: null, failures });
      await refusals(sessions, 1);
      const blocked = (await refusals(sessions, 1))[0] as SignInBlockedError;
      waits.push(Math.ceil(Number(blocked.details['retryAfterMs']) / 1000));
    }
    expect(waits.map((wait, number) => Math.abs(wait - ([2, 4, 512, 900][number] ?? 0)) <= 1)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('are forgotten with a right one, and after an hour', async () => {
    const { database, sessions } = await prepared();
    await refusals(sessions, 4);
    await sessions.create(right);
    expect((await refusals(sessions, 5)).every((error) => error instanceof AuthenticationError)).toBe(true);
    await change(database, { blocked_until: null, last_failed_at: new Date(Date.now() - 3_601_000) });
    expect((await refusals(sessions, 5)).every((error) => error instanceof AuthenticationError)).toBe(true);
    expect((await refusals(sessions, 1))[0]).toBeInstanceOf(SignInBlockedError);
  });

  it('leave no more rows than there were failures within the hour', async () => {
    const { database, sessions } = await prepared();
    const countRows = async (): Promise<number> =>
      (await database.system('test').all((db) => db.selectFrom('sign_in_failures').select('key'))).length;
    for (let number = 0; number < 6; number += 1)
      await sessions.create({ ...wrong, ip: `192.0.2.${number}` }).catch(() => undefined);
    expect(await countRows()).toBe(6);
    await change(database, { last_failed_at: new Date(Date.now() - 3_601_000) });
    await refusals(sessions, 1);
    expect(await countRows()).toBe(1);
    const [row] = await database.system('test').all((db) => db.selectFrom('sign_in_failures').selectAll());
    expect(JSON.stringify(row)).not.toMatch(/ada|192\.0/);
  });

  it('are counted together by all processes, also when they come at once', async () => {
    const { database, sessions } = await prepared();
    const other = openDatabase({ url: database.config.target.url, env: {} });
    try {
      const elsewhere = new Sessions(other);
      const errors = await Promise.all(
        Array.from({ length: 20 }, (_, number) =>
          (number % 2 === 0 ? sessions : elsewhere).create(wrong).catch((error: unknown) => error),
        ),
      );
      // Only five of twenty had their password looked at.
      expect(errors.filter((error) => error instanceof AuthenticationError)).toHaveLength(5);
      expect(errors.filter((error) => error instanceof SignInBlockedError)).toHaveLength(15);
    } finally {
      await other.close();
    }
  });
});
