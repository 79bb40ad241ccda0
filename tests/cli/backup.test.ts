import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversations } from '@keelson/conversations';
import { listKept, loadDatabaseConfig, openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { freshFolder } from '../support/fresh-folder.ts';
import { document, failure, keelson, start, succeed } from './support/keelson.ts';

interface Made {
  readonly file: string;
  readonly encrypted: boolean;
  readonly verified: boolean;
  readonly rows: number;
}
interface Increment extends Made {
  readonly takenAt: string;
  readonly whyFull: string | null;
}
interface Restored {
  readonly restored: boolean;
  readonly kept: string | null;
}

async function titles(url: string): Promise<string[]> {
  const { items } = await document<{ items: { title: string }[] }>(['conversations', 'list', '--user', 'ada'], { url });
  return items.map(({ title }) => title);
}

async function write(url: string, title: string): Promise<void> {
  await using database = openDatabase({ url, env: {} });
  await new Conversations(database, 'ada').createConversation({ title });
}

describeEngines('keelson and backups', (context) => {
  it('makes, lists, verifies, restores and removes them', async () => {
    const url = await context.emptyUrl();
    const folder = freshFolder();
    const env = { BACKUP_FOLDER: folder };
    await succeed(['init'], { url, env });
    await write(url, 'before');
    const made = await document<Made>(['backup'], { url, env });
    expect(made).toMatchObject({ verified: true, encrypted: false, engine: context.engine });
    await write(url, 'after');

    const { items } = await document<{ items: { file: string; environment: string }[] }>(['backups', 'list'], {
      url,
      env,
    });
    expect(items).toMatchObject([{ file: made.file, environment: 'development' }]);
    expect(await document(['backups', 'verify'], { url, env })).toMatchObject({
      items: [{ file: made.file, whole: true, rows: made.rows }],
    });

    const dry = await document<Restored>(['restore', made.file, '--dry-run'], { url });
    expect(dry).toMatchObject({ restored: false, kept: null });
    expect((await failure(['restore', made.file], { url, exit: 3 })).code).toBe('DECLINED');
    expect((await titles(url)).sort()).toEqual(['after', 'before']);
    const restored = await document<Restored>(['restore', made.file, '--yes'], { url });
    expect(restored.kept).not.toBeNull();
    expect(await titles(url)).toEqual(['before']);
    expect(await document(['validate'], { url })).toMatchObject({ valid: true });
    expect(await document(['backups', 'remove-kept', '--yes'], { url })).toMatchObject({
      items: [{ name: restored.kept }],
    });
    expect(await listKept(loadDatabaseConfig({ url, env: {} }))).toEqual([]);
    expect(await titles(url)).toEqual(['before']);

    expect(await document(['backups', 'prune', '--yes'], { url, env })).toMatchObject({ items: [] });
    truncateSync(made.file, 2000);
    expect(await document(['backups', 'verify'], { url, env, code: 5 })).toMatchObject({
      items: [{ whole: false, code: 'BACKUP_DAMAGED' }],
    });
    expect((await failure(['restore', made.file, '--yes'], { url, exit: 1 })).code).toBe('BACKUP_DAMAGED');
    expect(await titles(url)).toEqual(['before']);
  });

  it('makes increments, and restores a moment from them', async () => {
    const url = await context.emptyUrl();
    const folder = freshFolder();
    const env = { BACKUP_FOLDER: folder };
    await succeed(['init'], { url, env });
    await write(url, 'before');
    const { file: full, whyFull } = await document<Increment>(['backup', '--incremental'], { url, env });
    expect(whyFull).toContain('There is no backup to go on from');
    await write(url, 'between');
    const made = await document<Increment>(['backup', '--incremental'], { url, env });
    expect(made).toMatchObject({ form: 'increment', base: full, whyFull: null, verified: true });
    await write(url, 'after');
    expect(await document(['backups', 'verify'], { url, env })).toMatchObject({
      items: [
        { file: full, whole: true },
        { file: made.file, whole: true },
      ],
    });

    expect((await failure(['restore', '--to', '2020-01-01T00:00:00Z', '--yes'], { url, env, exit: 4 })).code).toBe(
      'RESTORE_REFUSED',
    );
    const { stdout } = await succeed(['restore', '--to', '2099-01-01T00:00:00Z', '--yes'], { url, env });
    expect(stdout).toContain(`is restored as of ${made.takenAt}`);
    expect(stdout).toMatch(/What was written in the \d+ seconds? from .* is not in it/);
    expect((await titles(url)).sort()).toEqual(['before', 'between']);
  });

  it('asks for the name of a production database before it replaces one', async () => {
    const url = await context.emptyUrl();
    const folder = freshFolder();
    const env = { KEELSON_ENVIRONMENT: 'production', BACKUP_FOLDER: folder };
    await succeed(['init'], { url, env });
    const { file } = await document<Made>(['backup'], { url, env });
    const name = url.slice(url.lastIndexOf('/') + 1);
    expect(await failure(['restore', file, '--yes'], { url, exit: 4 })).toMatchObject({
      code: 'FORBIDDEN',
      hint: expect.stringContaining(name),
    });
    expect(await document<Restored>(['restore', file, '--confirm', name], { url })).toMatchObject({ restored: true });
  });

  it('backs up before it migrates, where it is asked to', async () => {
    const url = await context.emptyUrl();
    const folder = freshFolder();
    await succeed(['init'], { url });
    await succeed(['rollback', '0006', '--yes'], {
      url,
      env: { BACKUP_FOLDER: folder, MIGRATION_BACKUP_BEFORE_UPGRADE: 'true' },
    });
    const [name = ''] = readdirSync(folder);
    expect(name).toMatch(/\.keelson$/);
    // What was undone is had again.
    await succeed(['restore', join(folder, name), '--yes'], { url });
    expect(await document(['status'], { url })).toMatchObject({ pending: [] });
  });
});

describeEngine('sqlite', 'keelson and backups: what has nothing to do with the engine', (context) => {
  it('encrypts with a key, and says what is missing without one', async () => {
    const url = await context.emptyUrl();
    const folder = freshFolder();
    const env = { KEELSON_SECRET_KEY: 'c'.repeat(64) };
    await succeed(['init'], { url });
    expect((await failure(['backup', '--encrypt', '--backup-path', folder], { url, exit: 2 })).code).toBe(
      'SECRET_KEY_MISSING',
    );
    const { file, encrypted } = await document<Made>(['backup', '--encrypt', '--backup-path', folder], { url, env });
    expect(encrypted).toBe(true);
    expect((await failure(['restore', file, '--yes'], { url, exit: 2 })).code).toBe('BACKUP_KEY');
    await succeed(['restore', file, '--yes'], { url, env });
  });

  it('makes a plain SQLite file of a path that ends in .db, and takes one', async () => {
    const url = await context.emptyUrl();
    const path = join(freshFolder(), 'copy.db');
    await succeed(['init'], { url });
    await write(url, 'kept');
    expect(await document(['backup', '--backup-path', path], { url })).toMatchObject({ file: path, form: 'plain' });
    expect(await titles(`sqlite:///${path}`)).toEqual(['kept']);
    await write(url, 'lost');
    await succeed(['restore', path, '--yes'], { url });
    expect(await titles(url)).toEqual(['kept']);
  });

  it('leaves nothing behind after Ctrl-C', async () => {
    const url = await context.emptyUrl();
    const folder = freshFolder();
    await succeed(['init'], { url });
    const running = start(['backup', '--backup-path', folder], { url });
    running.child.stdin?.end();
    await running.said(/copying/);
    await sleep(30);
    const { code } = await running.signalled('SIGINT');
    const left = existsSync(folder) ? readdirSync(folder) : [];
    if (code === 130) expect(left).toEqual([]);
    // It may have been done by then.
    else expect(left).toHaveLength(1);
  });

  it('says so when there is nothing to back up or to restore', async () => {
    const url = await context.emptyUrl();
    expect((await failure(['backup'], { url, exit: 1 })).code).toBe('DATABASE_NOT_FOUND');
    expect((await failure(['restore', '/nowhere.keelson'], { url, exit: 1 })).code).toBe('DATABASE_NOT_FOUND');
    const { stderr } = await keelson(['backups', 'verify'], { url });
    expect(stderr).toContain('There are no backups');
  });
});
