import type { Setting } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure, succeed } from './support/keelson.ts';

const [KEY, OTHER] = ['a'.repeat(64), 'b'.repeat(64)];

interface Page {
  readonly items: readonly Setting[];
}

describeEngines('keelson settings', (context) => {
  it('are defined, changed, shown and removed', async () => {
    const url = await context.url();
    const define = ['settings', 'define', 'mail.hour', '7', '--type', 'integer', '--pattern', '1?[0-9]|2[0-3]'];
    expect(await document<Setting>(define, { url })).toMatchObject({ key: 'mail.hour', value: 7, version: 1 });
    expect(await document<Setting>(['settings', 'set', 'mail.hour', '8'], { url })).toMatchObject({ value: 8 });
    expect((await failure(['settings', 'set', 'mail.hour', '24'], { url, exit: 2 })).code).toBe('VALIDATION');
    expect((await failure(['settings', 'set', 'mail.hour', 'x'], { url, exit: 2 })).code).toBe('USAGE');
    expect((await succeed(['settings', 'get', 'mail.hour'], { url })).stdout).toBe('8\n');
    const other = await document<Page>(['settings', 'list', '--user', 'keelson'], { url });
    expect(other.items).toEqual([]);
    const remove = ['settings', 'remove', 'mail.hour'];
    expect((await failure(remove, { url, exit: 3 })).code).toBe('DECLINED');
    await succeed([...remove, '--yes'], { url });
    expect((await failure(['settings', 'get', 'mail.hour'], { url, exit: 1 })).code).toBe('SETTING_NOT_FOUND');
  });

  it('that are secret come from stdin, are shown only when asked for, and move to another key', async () => {
    const url = await context.url();
    const define = ['settings', 'define', 'mail.password', '-', '--type', 'string', '--secret'];
    const without = await failure(define, { url, input: 'hunter2\n', exit: 2 });
    expect(without).toMatchObject({ code: 'SECRET_KEY_MISSING', hint: expect.stringContaining('openssl') as string });
    const env = { KEELSON_SECRET_KEY: KEY };
    const shown = await document(define, { url, env, input: 'hunter2\n' });
    expect(shown).toMatchObject({ value: '•••' });
    expect((await succeed(['settings', 'list'], { url, env })).stdout).not.toContain('hunter2');
    expect((await succeed(['settings', 'get', 'mail.password'], { url, env })).stdout).toBe('hunter2\n');
    const wrong = await failure(['settings', 'get', 'mail.password'], {
      url,
      env: { KEELSON_SECRET_KEY: OTHER },
      exit: 2,
    });
    expect(wrong.code).toBe('SECRET_UNREADABLE');
    const lost = await document(['settings', 'rotate-secrets'], { url, env: { KEELSON_SECRET_KEY: OTHER }, code: 5 });
    expect(lost).toEqual({ rotated: 0, unreadable: 1 });
    const both = { KEELSON_SECRET_KEY: OTHER, KEELSON_SECRET_KEY_PREVIOUS: KEY };
    expect(await document(['settings', 'rotate-secrets'], { url, env: both })).toEqual({ rotated: 1, unreadable: 0 });
    const after = await succeed(['settings', 'get', 'mail.password'], { url, env: { KEELSON_SECRET_KEY: OTHER } });
    expect(after.stdout).toBe('hunter2\n');
  });
});
