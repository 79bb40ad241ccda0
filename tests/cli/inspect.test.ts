import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure, succeed } from './support/keelson.ts';

describeEngines('keelson inspect', (context) => {
  it('shows tables, indexes, slow statements, locks and plans', async () => {
    const url = await context.url();
    const tables = await document<{ tables: { name: string }[] }>(['inspect', 'tables'], { url });
    expect(tables.tables.map(({ name }) => name)).toContain('conversations');
    expect((await succeed(['inspect', 'tables'], { url })).stdout).toMatch(/^conversation_messages +/m);

    const indexes = await document<{ indexes: { name: string; statements: string[] }[] }>(['inspect', 'indexes'], {
      url,
    });
    expect(indexes.indexes.map(({ name }) => name)).toContain('settings_key_key');
    expect((await succeed(['inspect', 'indexes', '--unused'], { url })).stdout).toContain('purpose');

    const slow = await document(['inspect', 'slow', '--since', '1d'], { url });
    expect(slow).toMatchObject({ logged: [], lines: 0, counted: null, hint: expect.stringMatching(/\w/) });
    expect(await document(['inspect', 'locks'], { url })).toEqual({ locks: [] });
    expect((await succeed(['inspect', 'locks'], { url })).stdout).toBe('Nobody is in a transaction.\n');

    const plan = await succeed(['inspect', 'plans', 'conversations.findById'], { url });
    expect(plan.stdout).toMatch(/from "conversations"/);
    const plans = await document<{ plans: { name: string }[] }>(['inspect', 'plans'], { url });
    expect(plans.plans.map(({ name }) => name)).toContain('conversations.findById');
    const error = await failure(['inspect', 'plans', 'conversations.findByid'], { url, exit: 1 });
    expect(error).toMatchObject({ code: 'NOT_FOUND', hint: expect.stringContaining('conversations.findById') });
  });
});

describeEngine('sqlite', 'keelson inspect locks', (context) => {
  it('names the process that writes', async () => {
    const url = await context.url();
    await context.raw(url).query('BEGIN IMMEDIATE');
    const { locks } = await document<{ locks: unknown[] }>(['inspect', 'locks'], { url });
    expect(locks).toContainEqual(expect.objectContaining({ pid: process.pid, state: 'writes' }));
  });
});
