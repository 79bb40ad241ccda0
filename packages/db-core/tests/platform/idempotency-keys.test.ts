import { afterEach, expect, it } from 'vitest';
import {
  type Database,
  IdempotencyKeyBusyError,
  IdempotencyKeyReusedError,
  IdempotencyKeys,
  newId,
  openDatabase,
  Retention,
  Settings,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const request = ['POST', '/v1/things', { a: 1, b: [1, { c: null, d: 2 }] }] as const;
const opened: Database[] = [];

/** Makes something new each time that it is done, and answers with what it made. */
function make(database: Database, pause = 0) {
  return async () => {
    const key = newId();
    await new Settings(database, 'ada').define({ key, dataType: 'string' });
    await new Promise((resolve) => setTimeout(resolve, pause));
    return { status: 201, headers: { location: `/${key}` }, body: `{"key":"${key}"}` };
  };
}

async function made(database: Database): Promise<number> {
  return (await new Settings(database, 'ada').list({ limit: 500 })).items.length;
}

describeEngines('idempotency keys', (context) => {
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });

  it('give a repeated request the answer of the first one, and do nothing', async () => {
    const database = await context.open();
    const keys = new IdempotencyKeys(database);
    const first = await keys.run('ada', { key: 'k', request }, make(database));
    expect(first.isReplay).toBe(false);
    const reordered = ['POST', '/v1/things', { b: [1, { d: 2, c: null }], a: 1 }] as const;
    for (const same of [request, reordered]) {
      const again = await new IdempotencyKeys(database).run('ada', { key: 'k', request: same }, make(database));
      expect(again).toEqual({ response: first.response, isReplay: true });
    }
    expect(await made(database)).toBe(1);
  });

  it('stand for one request only', async () => {
    const database = await context.open();
    const keys = new IdempotencyKeys(database);
    await keys.run('ada', { key: 'k', request }, make(database));
    for (const other of [['POST', '/v1/things', { a: 2 }], ['POST', '/v1/others', request[2]], [], null] as const)
      await expect(keys.run('ada', { key: 'k', request: other }, make(database))).rejects.toThrow(
        IdempotencyKeyReusedError,
      );
    expect(await made(database)).toBe(1);
  });

  it('tell lists from objects', async () => {
    const database = await context.open();
    const keys = new IdempotencyKeys(database);
    await keys.run('ada', { key: 'k', request: [['a', 1]] }, make(database));
    await expect(keys.run('ada', { key: 'k', request: { a: 1 } }, make(database))).rejects.toThrow(
      IdempotencyKeyReusedError,
    );
  });

  it('are apart for each owner', async () => {
    const database = await context.open();
    const keys = new IdempotencyKeys(database);
    const answer = (body: string) => async () => ({ status: 200, headers: {}, body });
    await keys.run('ada', { key: 'k', request }, answer('of ada'));
    const eves = await keys.run('eve', { key: 'k', request: ['other'] }, answer('of eve'));
    expect(eves).toMatchObject({ isReplay: false, response: { body: 'of eve' } });
  });

  it('are free again when the work fails, and nothing of it is kept', async () => {
    const database = await context.open();
    const keys = new IdempotencyKeys(database);
    const failing = async (): Promise<never> => {
      await make(database)();
      throw new Error('the answer breaks its schema');
    };
    await expect(keys.run('ada', { key: 'k', request }, failing)).rejects.toThrow('breaks its schema');
    expect(await made(database)).toBe(0);
    expect(await keys.run('ada', { key: 'k', request: ['other'] }, make(database))).toMatchObject({ isReplay: false });
    expect(await made(database)).toBe(1);
  });

  it('do the work once, however many come at once through however many connections', async () => {
    const url = await context.url();
    const databases = [0, 1].map(() => openDatabase({ url, env: {} }));
    opened.push(...databases);
    const both = databases.map((database) => new IdempotencyKeys(database));
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, (_, n) =>
        both[n % 2]!.run('ada', { key: `k${n % 3}`, request }, make(databases[n % 2]!, 20)),
      ),
    );
    expect(outcomes.filter(({ isReplay }) => !isReplay)).toHaveLength(3);
    expect(new Set(outcomes.map(({ response }) => response.body)).size).toBe(3);
    expect(await made(databases[0]!)).toBe(3);
  });

  it('send away who would have to wait for long', async () => {
    const database = await context.open();
    const keys = new IdempotencyKeys(database, { waitMs: 50 });
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const first = keys.run('ada', { key: 'k', request }, async () => {
      await finished;
      return { status: 201, headers: {}, body: 'first' };
    });
    const busy = await keys.run('ada', { key: 'k', request }, make(database)).catch((error: unknown) => error);
    expect(busy).toBeInstanceOf(IdempotencyKeyBusyError);
    expect(busy).toMatchObject({ details: { retryAfterMs: expect.any(Number) as number } });
    finish();
    await first;
    expect(await keys.run('ada', { key: 'k', request }, make(database))).toMatchObject({
      isReplay: true,
      response: { body: 'first' },
    });
  });

  it('may stand for another request when their time is over, and are cleared away', async () => {
    const database = await context.open();
    const keys = new IdempotencyKeys(database, { keepMs: -1 });
    await keys.run('ada', { key: 'k', request }, make(database));
    await keys.run('eve', { key: 'k', request }, async () => ({ status: 200, headers: {}, body: '' }));
    expect(await keys.run('ada', { key: 'k', request: ['other'] }, make(database))).toMatchObject({ isReplay: false });
    const lasting = new IdempotencyKeys(database);
    await lasting.run('ada', { key: 'lasting', request }, make(database));
    const removed = async () =>
      (await new Retention(database).run()).find(({ rule }) => rule === 'answers.expired')?.rows;
    expect(await removed()).toBe(2);
    expect(await removed()).toBe(0);
    expect(await lasting.run('ada', { key: 'lasting', request }, make(database))).toMatchObject({ isReplay: true });
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(256), 'a\n'])('refuse the key %j', async (key) => {
    const database = await context.open();
    await expect(new IdempotencyKeys(database).run('ada', { key, request }, make(database))).rejects.toThrow(
      ValidationError,
    );
  });
});
