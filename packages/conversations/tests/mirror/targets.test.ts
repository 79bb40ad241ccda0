import { writeFileSync } from 'node:fs';
import { newId, openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations } from '../../src/index.ts';
import { mirrorMigrations } from '../../src/mirror/index.ts';
import { configOf, mirrorOnce } from './support.ts';

describeEngines('a mirror is not made', (context) => {
  it('in the database that is mirrored, or another one of Keelson', async () => {
    const source = await context.open();
    await expect(mirrorOnce(source, source.config.target.url)).rejects.toMatchObject({
      code: 'MIRROR_TARGET',
      message: expect.stringMatching(/is the one that is to be mirrored/) as string,
    });
    await expect(mirrorOnce(source, await context.url())).rejects.toMatchObject({
      code: 'MIRROR_TARGET',
      message: expect.stringMatching(/Keelson itself keeps its data/) as string,
    });
    expect(await source.changes.consumers()).toEqual([]);
  });

  it('in the mirror of another database, which stays as it is', async () => {
    const [source, other] = [await context.open(), await context.open()];
    const url = await context.emptyUrl();
    await new Conversations(other, 'ada').createConversation();
    await mirrorOnce(other, url);
    await expect(mirrorOnce(source, url)).rejects.toMatchObject({
      code: 'MIRROR_TARGET',
      message: expect.stringMatching(/mirror of another database/) as string,
    });
    expect(await context.raw(url).query('SELECT count(*) AS count FROM mirror_conversations')).toMatchObject([
      { count: expect.anything() as unknown },
    ]);
    expect(await mirrorOnce(other, url)).toMatchObject({ filled: 0, changes: 0 });
  });

  it('where another process keeps it, unless that one died', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    await mirrorOnce(source, url);
    const later = context.engine === 'sqlite' ? String(Date.now() + 3_600_000) : `now() + interval '1 hour'`;
    const lease = (until: string): Promise<unknown> =>
      context.raw(url).query(`UPDATE mirror_state SET lease_id = '${newId()}', lease_expires_at = ${until}`);
    await lease(later);
    await expect(mirrorOnce(source, url, { leaseMs: 100 })).rejects.toMatchObject({ code: 'MIRROR_BUSY' });
    await lease(context.engine === 'sqlite' ? String(Date.now() + 300) : `now() + interval '300 milliseconds'`);
    const told: string[] = [];
    await mirrorOnce(source, url, { leaseMs: 5000, onEvent: ({ type }) => told.push(type) });
    expect(told).toEqual(['waiting', 'current']);
  });

  it('with more in it than its own tables, and none of Keelson opens it for its own', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    await mirrorOnce(source, url);
    await using target = openDatabase({ url, env: {}, schema: 'own', migrations: mirrorMigrations });
    const { applied, pending } = await target.migrations.status();
    expect([applied.map(({ name }) => name), pending]).toEqual([['mirror_0001_tables'], []]);
    expect((await target.migrations.validate()).tables.map(({ name }) => name).sort()).toEqual([
      'mirror_conversations',
      'mirror_messages',
      'mirror_state',
      'schema_migrations',
    ]);
    await using mistaken = openDatabase({ url, env: {} });
    await expect(mistaken.initialize()).rejects.toMatchObject({ code: 'MIGRATION_PENDING' });
  });
});

describeEngine('sqlite', "a mirror is not made in another program's file", (context) => {
  it('with tables of its own, or that is no database', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    await context.raw(url).query('CREATE TABLE somebodys (id INTEGER)');
    await expect(mirrorOnce(source, url)).rejects.toMatchObject({ code: 'FOREIGN_DATABASE' });
    const other = await context.emptyUrl();
    writeFileSync(configOf(other).target.url.replace('sqlite:///', ''), 'a letter '.repeat(200));
    await expect(mirrorOnce(source, other)).rejects.toMatchObject({ code: 'NOT_A_DATABASE' });
  });
});
