import { afterEach, expect, it } from 'vitest';
import {
  type Database,
  type DatabaseEvent,
  openDatabase,
  rotateSecrets,
  SecretKeyMissingError,
  SecretUnreadableError,
  SettingChangedError,
  SettingNotFoundError,
  SettingRequiredError,
  Settings,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const [KEY, OTHER, THIRD] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];

const opened: Database[] = [];

/** Before the context's own end, which finds that nothing is open any more. */
function closeAfterEach(): void {
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });
}

function openWith(url: string, key?: string, previous?: string, onEvent?: (event: DatabaseEvent) => void): Database {
  const env = {
    ...(key === undefined ? {} : { KEELSON_SECRET_KEY: key }),
    ...(previous === undefined ? {} : { KEELSON_SECRET_KEY_PREVIOUS: previous }),
  };
  const database = openDatabase({ url, env, ...(onEvent === undefined ? {} : { onEvent }) });
  opened.push(database);
  return database;
}

describeEngines('settings', (context) => {
  closeAfterEach();

  it.each([
    ['string', 'hello ✓ 😀'],
    ['string', ''],
    ['integer', -9_007_199_254_740_991],
    ['float', 0.1],
    ['float', 1e300],
    ['boolean', false],
    ['json', { a: [1, null, 'two'], __proto__x: {} }],
    ['json', [false]],
  ] as const)('of the type %s give %j back as it was', async (dataType, value) => {
    const settings = new Settings(await context.open(), 'ada');
    await settings.define({ key: 'a.b', dataType, value });
    expect((await settings.get('a.b')).value).toEqual(value);
    expect((await settings.list()).items).toMatchObject([{ key: 'a.b', value, dataType }]);
  });

  it.each([
    ['string', 5],
    ['string', 'a\0'],
    ['string', '\ud800'],
    ['string', 'x'.repeat(65_537)],
    ['integer', 1.5],
    ['integer', '5'],
    ['integer', 2 ** 53],
    ['float', Number.NaN],
    ['float', Number.POSITIVE_INFINITY],
    ['boolean', 'true'],
    ['json', 'x'.repeat(65_536)],
  ] as const)('of the type %s do not take %j, and keep what they had', async (dataType, value) => {
    const settings = new Settings(await context.open(), 'ada');
    await settings.define({ key: 'k', dataType });
    const error = await settings.set('k', value).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ValidationError);
    expect((await settings.get('k')).value).toBeNull();
  });

  it('have patterns for all of the value, which cost no more than the text is long', async () => {
    const settings = new Settings(await context.open(), 'ada');
    await settings.define({ key: 'hour', dataType: 'integer', pattern: '[0-9]|1[0-9]|2[0-3]', value: 7 });
    await expect(settings.set('hour', 24)).rejects.toThrow(ValidationError);
    await expect(settings.set('hour', 123)).rejects.toThrow('must match');
    expect(await settings.set('hour', 23)).toMatchObject({ value: 23, version: 2 });
    // JavaScript's own engine would take longer than the universe is old.
    await settings.define({ key: 'slow', dataType: 'string', pattern: '(a+)+b' });
    await expect(settings.set('slow', 'a'.repeat(50_000))).rejects.toThrow(ValidationError);
    await expect(settings.define({ key: 'x', dataType: 'string', pattern: '(' })).rejects.toThrow('pattern');
    await expect(settings.define({ key: 'x', dataType: 'string', pattern: '(?=a)' })).rejects.toThrow(ValidationError);
    await expect(settings.define({ key: 'hour', dataType: 'integer', pattern: '[0-5]' })).rejects.toThrow('must match');
  });

  it('that are required always have a value', async () => {
    const settings = new Settings(await context.open(), 'ada');
    const mail = { key: 'mail.from', dataType: 'string', isRequired: true } as const;
    await expect(settings.define(mail)).rejects.toThrow(SettingRequiredError);
    await settings.define({ ...mail, value: 'a@example.org' });
    await expect(settings.set('mail.from', null)).rejects.toThrow(SettingRequiredError);
    await expect(settings.remove('mail.from')).rejects.toThrow(SettingRequiredError);
    await settings.define({ ...mail, isRequired: false });
    expect((await settings.get('mail.from')).value).toBe('a@example.org');
    await settings.remove('mail.from');
    await expect(settings.get('mail.from')).rejects.toThrow(SettingNotFoundError);
  });

  it('change only from the version that is meant', async () => {
    const settings = new Settings(await context.open(), 'ada');
    await settings.define({ key: 'k', dataType: 'integer', value: 0 });
    await settings.set('k', 1, { ifVersion: 1 });
    await expect(settings.set('k', 2, { ifVersion: 1 })).rejects.toThrow(SettingChangedError);
    await expect(settings.remove('k', { ifVersion: 1 })).rejects.toThrow(SettingChangedError);
    await settings.remove('k', { ifVersion: 2 });
    await expect(settings.set('k', 2)).rejects.toThrow(SettingNotFoundError);
  });

  it('that many change at once lose no change that was confirmed', async () => {
    const url = await context.url();
    const all = [openWith(url), openWith(url)].map((database) => new Settings(database, 'ada'));
    await all[0]!.define({ key: 'count', dataType: 'integer', value: 0 });
    const add = async (settings: Settings): Promise<void> => {
      for (;;) {
        const { value, version } = await settings.get('count');
        try {
          await settings.set('count', (value as number) + 1, { ifVersion: version });
          return;
        } catch (error) {
          if (!(error instanceof SettingChangedError)) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => add(all[n % 2]!)));
    expect(await all[0]!.get('count')).toMatchObject({ value: 20, version: 21 });
    // Both define the same one, and one of them comes second.
    await Promise.all(all.map((settings) => settings.define({ key: 'new', dataType: 'string', value: 'x' })));
    expect((await all[1]!.list()).items.map(({ key }) => key)).toEqual(['count', 'new']);
  });

  it('come in pages, by key, and only those of their owner', async () => {
    const database = await context.open();
    const [ada, eve] = [new Settings(database, 'ada'), new Settings(database, 'eve')];
    for (const key of ['c', 'a', 'b']) await ada.define({ key, dataType: 'string', value: `of ada ${key}` });
    await eve.define({ key: 'a', dataType: 'integer', value: 5 });
    const first = await ada.list({ limit: 2 });
    const rest = await ada.list({ limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...rest.items].map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(rest.nextCursor).toBeNull();
    expect((await eve.list()).items).toMatchObject([{ key: 'a', value: 5 }]);
    await expect(eve.get('b')).rejects.toThrow(SettingNotFoundError);
  });

  it.each(['', 'a b', '.a', 'a.', 'ä', 'x'.repeat(201)])('refuse the key %j', async (key) => {
    const settings = new Settings(await context.open(), 'ada');
    await expect(settings.define({ key, dataType: 'string' })).rejects.toThrow(ValidationError);
    await expect(settings.get(key)).rejects.toThrow(ValidationError);
  });
});

describeEngines('secret settings', (context) => {
  closeAfterEach();

  const secret = { key: 'mail.password', dataType: 'string', isSecret: true, value: 'hunter2' } as const;

  it('are sealed in the database, hidden in lists, and shown to who asks for one', async () => {
    const url = await context.url();
    const events: DatabaseEvent[] = [];
    const settings = new Settings(
      openWith(url, KEY, undefined, (event) => events.push(event)),
      'ada',
    );
    await settings.define(secret);
    expect((await settings.list()).items).toMatchObject([{ value: '•••', isSecret: true }]);
    expect((await settings.get(secret.key)).value).toBe('hunter2');
    await settings.set(secret.key, 'hunter3');
    expect((await settings.get(secret.key)).value).toBe('hunter3');
    const [row] = await context.raw(url).query('SELECT * FROM settings');
    expect(JSON.stringify([row, events])).not.toContain('hunter');
    expect(row).toMatchObject({ secret_key_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
    await settings.set(secret.key, null);
    expect((await settings.list()).items).toMatchObject([{ value: null }]);
  });

  it('cannot be stored without a key, nor read with a wrong one', async () => {
    const url = await context.url();
    await expect(new Settings(openWith(url), 'ada').define(secret)).rejects.toThrow(SecretKeyMissingError);
    await new Settings(openWith(url, KEY), 'ada').define(secret);
    await expect(new Settings(openWith(url), 'ada').get(secret.key)).rejects.toThrow(SecretKeyMissingError);
    const wrong = await new Settings(openWith(url, OTHER), 'ada').get(secret.key).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(SecretUnreadableError);
    expect(wrong).toMatchObject({ hint: expect.stringContaining('KEELSON_SECRET_KEY_PREVIOUS') as string });
    expect((await new Settings(openWith(url), 'ada').list()).items).toMatchObject([{ value: '•••' }]);
  });

  it('do not open in another row', async () => {
    const url = await context.url();
    const database = openWith(url, KEY);
    await new Settings(database, 'ada').define(secret);
    await new Settings(database, 'eve').define({ ...secret, value: 'mine' });
    await context.raw(url).query(`UPDATE settings SET value = (SELECT value FROM settings WHERE user_id = 'ada')`);
    await expect(new Settings(database, 'eve').get(secret.key)).rejects.toThrow(SecretUnreadableError);
  });

  it('do not come to light when they are defined as open', async () => {
    const settings = new Settings(openWith(await context.url(), KEY), 'ada');
    await settings.define(secret);
    const { value: _, ...kept } = secret;
    await expect(settings.define({ ...kept, isSecret: false })).rejects.toThrow(ValidationError);
    expect(await settings.define({ ...kept, description: 'still secret' })).toMatchObject({ value: 'hunter2' });
    expect(await settings.define({ ...kept, isSecret: false, value: 'open' })).toMatchObject({ value: 'open' });
  });

  it('are sealed with another key in chunks, whoever they belong to, while they are used', async () => {
    const url = await context.url();
    const before = openWith(url, KEY);
    const lost = new Settings(openWith(url, THIRD), 'lost');
    await lost.define(secret);
    for (const owner of ['ada', 'eve']) {
      await before.forUser(owner).transaction(async () => {
        const settings = new Settings(before, owner);
        for (let n = 0; n < 60; n += 1) await settings.define({ ...secret, key: `k${n}`, value: `${owner} ${n}` });
      });
    }
    const now = openWith(url, OTHER, KEY);
    const ada = new Settings(now, 'ada');
    expect((await ada.get('k7')).value).toBe('ada 7');
    // One was sealed anew already, as after a rotation that was interrupted.
    await ada.set('k8', 'changed');
    const [outcome] = await Promise.all([rotateSecrets(now), ada.set('k9', 'meanwhile')]);
    expect(outcome.unreadable).toBe(1);
    expect(outcome.rotated).toBeGreaterThanOrEqual(118);
    expect(outcome.rotated).toBeLessThanOrEqual(119);
    const after = openWith(url, OTHER);
    expect((await new Settings(after, 'eve').get('k59')).value).toBe('eve 59');
    for (const [key, value] of [
      ['k7', 'ada 7'],
      ['k8', 'changed'],
      ['k9', 'meanwhile'],
    ] as const)
      expect((await new Settings(after, 'ada').get(key)).value).toBe(value);
    expect((await new Settings(after, 'ada').get('k7')).version).toBe(1);
    expect(await rotateSecrets(now)).toEqual({ rotated: 0, unreadable: 1 });
  });
});
