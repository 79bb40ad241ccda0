import { copyFileSync } from 'node:fs';
import { Conversations } from '@keelson/conversations';
import { type Database, ensureIdentity, Erasures, newId, openDatabase } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { pathOf } from '../support/path-of.ts';
import { document, failure, keelson } from './support/keelson.ts';

/** Puts a database back as it was, as a snapshot of a disk does, or a server that is told to. Keelson knows nothing of it. */
async function bringBack(context: EngineContext, from: string, to: string): Promise<void> {
  if (context.engine === 'sqlite') return copyFileSync(pathOf(from), pathOf(to));
  const [source, target] = [from, to].map((url) => new URL(url).pathname.slice(1));
  const server = context.raw(new URL('/postgres', to).href);
  await server.query(`drop database "${target}"`);
  await server.query(`create database "${target}" template "${source}"`);
  await server.close();
}

async function within<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  await using database = openDatabase({ url, env: {} });
  return await work(database);
}

/** A program that was heard of just now. */
async function startProgram(database: Database): Promise<void> {
  const now = new Date();
  await database.system('test: a program').run((db) =>
    db.insertInto('app_instances').values({
      id: newId(),
      kind: 'worker',
      host: 'elsewhere',
      pid: 7,
      app_version: '1.0.0',
      schema_version: '0018_cold_storage',
      started_at: now,
      last_seen_at: now,
    }),
  );
}

const titlesOf = async (database: Database, user: string): Promise<readonly (string | null)[]> =>
  (await new Conversations(database, user).listConversations()).items.map(({ title }) => title);

describeEngines('keelson restored', (context) => {
  it('makes a database fit for use that something else brought back', async () => {
    const [live, back] = [await context.url(), await context.emptyUrl()];
    const asItWas = await within(live, async (database) => {
      await ensureIdentity(database, 'development');
      for (const user of ['ada', 'eve'])
        await new Conversations(database, user).createConversation({ title: `of ${user}` });
      await startProgram(database);
      return database.changes.position();
    });
    await bringBack(context, live, back);
    await within(live, async (database) => {
      await new Conversations(database, 'ada').createConversation({ title: 'spoilt' });
      await new Erasures(database).eraseOwner('eve', { rewrite: false });
    });
    const known = await within(live, (database) => database.changes.position());
    // Between the two the program had a migration more.
    await within(back, (database) => database.migrations.rollback({ force: true }));

    const ofBefore = ['--erasures-from', live];
    const refused = await failure(['restored', '--yes', ...ofBefore], { url: back, exit: 4 });
    expect(refused).toMatchObject({
      code: 'RESTORE_REFUSED',
      message: expect.stringContaining('process 7 on elsewhere'),
    });
    const dry = await document(['restored', '--dry-run', '--force', ...ofBefore], { url: back });
    const pending = dry['migrated'] as readonly string[];
    expect(pending).toHaveLength(1);
    expect(dry).toMatchObject({ engine: context.engine, environment: 'development', settled: false, erasures: 1 });
    expect(await failure(['restored', '--force'], { url: back, exit: 3 })).toMatchObject({ code: 'DECLINED' });
    const production = { KEELSON_ENVIRONMENT: 'production' };
    expect(await failure(['restored', '--force', '--yes'], { url: back, env: production, exit: 4 })).toMatchObject({
      code: 'FORBIDDEN',
      hint: expect.stringContaining('--confirm'),
    });
    // Nothing of that has changed anything.
    expect(await document(['status'], { url: back })).toMatchObject({ pending });

    const done = await document(['restored', '--force', '--yes', ...ofBefore], { url: back });
    expect(done).toEqual({ ...dry, settled: true });
    await within(back, async (database) => {
      expect(await titlesOf(database, 'ada')).toEqual(['of ada']);
      expect(await titlesOf(database, 'eve')).toEqual([]);
      for (const after of [asItWas, known])
        await expect(database.changes.read({ after })).rejects.toMatchObject({ code: 'RESYNC_REQUIRED' });
      const from = await database.changes.position();
      await new Conversations(database, 'ada').createConversation({ title: 'anew' });
      expect((await database.changes.read({ after: from })).changes).toHaveLength(1);
      expect((await new Erasures(database).list()).map(({ appliedAt }) => appliedAt)).toEqual([expect.any(Date)]);
    });

    // The programs of before are forgotten, and doing it again does no harm.
    const again = await keelson(['restored', '--yes'], { url: back });
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('--erasures-from') });
    expect(again.stdout).toContain('It is fit for use: a new epoch began, and 1 erasure was gone through again.');
    await within(back, async (database) => expect(await titlesOf(database, 'ada')).toEqual(['anew', 'of ada']));
  });

  it('is refused where nothing was restored, and with the ledger of another database', async () => {
    const [own, other, nameless] = [await context.url(), await context.url(), await context.url()];
    const empty = await context.emptyUrl();
    for (const url of [own, other]) await within(url, (database) => ensureIdentity(database, 'development'));
    const position = await within(own, (database) => database.changes.position());
    const [nothing, wrong, gone, unknown] = await Promise.all([
      failure(['restored', '--yes'], { url: empty, exit: context.engine === 'sqlite' ? 1 : 4 }),
      failure(['restored', '--yes', '--erasures-from', other], { url: own, exit: 4 }),
      failure(['restored', '--yes', '--erasures-from', empty], {
        url: own,
        exit: context.engine === 'sqlite' ? 1 : 4,
      }),
      failure(['restored', '--yes'], { url: nameless, exit: 4 }),
    ]);
    expect(nothing.code).toBe(context.engine === 'sqlite' ? 'DATABASE_NOT_FOUND' : 'RESTORE_REFUSED');
    expect(wrong).toMatchObject({ code: 'RESTORE_REFUSED', message: expect.stringContaining('another database') });
    expect(gone.code).toBe(nothing.code);
    expect(unknown).toMatchObject({ code: 'RESTORE_REFUSED', hint: expect.stringContaining('keelson init') });
    await within(own, (database) => database.changes.read({ after: position }));
  });
});
