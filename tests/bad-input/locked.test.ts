import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import { LockTimeoutError, MigrationLockedError, openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { pathOf } from '../support/path-of.ts';
import { refusalOf } from '../support/refusal.ts';

const script = join(import.meta.dirname, 'locking-process.ts');

describeEngine('sqlite', 'a file that another process has locked, because a server locks rows', (context) => {
  it('against writers can be read, and refuses writes after the time that is set', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: { DATABASE_TIMEOUT: '0.3' } });
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation({ title: 'before' });
    const holder = new Child(script, [url]);
    await holder.line();

    expect((await chats.getConversation(id)).title).toBe('before');
    const asked = performance.now();
    const errors = await Promise.all([
      refusalOf(chats.renameConversation(id, 'meanwhile')),
      refusalOf(chats.saveUserMessage({ conversationId: id, content: 'meanwhile' })),
    ]);
    expect(performance.now() - asked).toBeGreaterThan(250);
    for (const error of errors) {
      expect(error).toBeInstanceOf(LockTimeoutError);
      expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', retriable: true, status: 503, exitCode: 1 });
      expect(error.hint).toContain('DATABASE_TIMEOUT');
    }
    holder.stop();
    await holder.ended();
    expect((await chats.renameConversation(id, 'after')).title).toBe('after');
    expect((await chats.saveUserMessage({ conversationId: id, content: 'after' })).seq).toBe(1);
  });

  it('against everybody cannot be opened, and can be once it is released', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('PRAGMA locking_mode = EXCLUSIVE');
    await raw.query('BEGIN EXCLUSIVE');
    const env = { DATABASE_TIMEOUT: '0.2', DATABASE_INIT_RETRY_COUNT: '1', DATABASE_INIT_RETRY_DELAY_MS: '1' };
    await using database = openDatabase({ url, env });
    const error = await refusalOf(database.initialize());
    expect(error).toBeInstanceOf(LockTimeoutError);
    expect(error.message).toContain(pathOf(url));
    await raw.close();
    await database.initialize();
    expect(database.isInitialized).toBe(true);
  });

  it('is free again when the process that locked it is killed', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    await database.initialize();
    const holder = new Child(script, [url]);
    await holder.line();
    const write = new Conversations(database, 'ada').createConversation({ title: 'waited' });
    await holder.kill();
    expect((await write).title).toBe('waited');
  });
});

describeEngines('a database that another process is migrating', (context) => {
  it('is refused after the time that is set, with who is at it', async () => {
    const url = await context.emptyUrl();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = {
      name: 'acme_0001_slow',
      async up(m: { query(sql: string): Promise<readonly unknown[]>; execute(sql: string): void }) {
        m.execute('CREATE TABLE acme_slow (id integer PRIMARY KEY)');
        if ((await m.query('SELECT count(*) AS counted FROM acme_slow')).length === 0) return;
        begun.resolve();
        await released;
      },
    };
    await using first = openDatabase({ url, env: {}, migrations: [slow] });
    const migrating = first.migrations.migrate();
    await begun.promise;
    await using second = openDatabase({ url, env: { DATABASE_TIMEOUT: '0.3' }, migrations: [slow] });
    const error = await refusalOf(second.initialize());
    expect(error).toBeInstanceOf(MigrationLockedError);
    expect(error).toMatchObject({ code: 'MIGRATION_LOCKED', retriable: true, exitCode: 1 });
    expect(error.message).toMatch(/process \d+/);
    release();
    await migrating;
    await second.initialize();
    expect((await second.migrations.status()).current).toBe('acme_0001_slow');
  });
});
