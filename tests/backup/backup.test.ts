import { existsSync, readdirSync, statSync } from 'node:fs';
import { appendFile, copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import {
  backupDatabase,
  type Database,
  ensureIdentity,
  Erasures,
  Instances,
  listKept,
  loadDatabaseConfig,
  openDatabase,
  restoreBackup,
  verifyBackup,
} from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it, vi } from 'vitest';
import { freshFolder } from '../support/fresh-folder.ts';
import { refusalOf } from '../support/refusal.ts';
import { fill, seen } from './content.ts';

const KEY = 'a'.repeat(64);
const OTHER_KEY = 'b'.repeat(64);

async function prepared(url: string, env = {}): Promise<Database> {
  const database = openDatabase({ url, env });
  await database.initialize();
  await ensureIdentity(database, 'test');
  await fill(database);
  return database;
}

describeEngines('a backup', (context) => {
  it('brings back what was there, in a new epoch, and keeps what is there now', async () => {
    const url = await context.url();
    const folder = freshFolder();
    const database = await prepared(url);
    const before = await seen(database);
    const position = await database.changes.position();
    const backup = await backupDatabase(database, { folder });
    expect(statSync(backup.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(backup).toMatchObject({ form: 'backup', encrypted: false });

    const verified = await verifyBackup(backup.file);
    expect(verified.tables.find(({ name }) => name === 'conversation_messages')).toMatchObject({ rows: 20 });
    expect(readdirSync(folder)).toHaveLength(1);

    await new Conversations(database, 'ada').createConversation({ title: 'written after the backup' });
    const after = await seen(database);
    const { config } = database;
    await database.close();

    const dry = await restoreBackup(backup.file, { config, dryRun: true });
    expect(dry).toMatchObject({ restored: false, kept: null, migrated: [] });
    await using untouched = openDatabase({ url, env: {} });
    expect(await seen(untouched)).toEqual(after);
    await untouched.close();

    const restored = await restoreBackup(backup.file, { config });
    expect(restored.restored).toBe(true);
    await using again = openDatabase({ url, env: {} });
    expect(await seen(again)).toEqual(before);
    expect(await refusalOf(again.changes.read({ after: position }))).toMatchObject({ code: 'RESYNC_REQUIRED' });
    // What is restored works on.
    await new Conversations(again, 'bob').createConversation({ title: 'and it goes on' });
    expect((await again.changes.read()).changes).toHaveLength(1);
    expect(await again.migrations.validate()).toBeDefined();

    const { kept } = restored;
    expect(kept).not.toBeNull();
    if (context.engine === 'sqlite') {
      const old = openDatabase({ url: `sqlite:///${kept}`, env: {} });
      expect(await seen(old)).toEqual(after);
      await old.close();
      expect(readdirSync(folder)).toHaveLength(1);
    } else {
      const raw = context.raw(url);
      const [row] = await raw.query(`SELECT count(*) AS count FROM "${kept}".conversations`);
      expect(Number(row?.['count'])).toBe(11);
    }
  });

  it('brings nothing back that was erased since', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    const owners = ['ada', 'bob', 'eve'];
    for (const owner of owners) await new Conversations(database, owner).createConversation({ title: `of ${owner}` });
    await new Erasures(database).eraseOwner('eve');
    const { file } = await backupDatabase(database, { folder: freshFolder() });
    // Whoever came back after they were erased is in the backup, and stays.
    await new Conversations(database, 'eve').createConversation({ title: 'of eve again' });
    const later = await backupDatabase(database, { folder: freshFolder() });
    await new Erasures(database).eraseOwner('ada');
    const { config } = database;
    await database.close();

    const titles = async (): Promise<string[]> => {
      await using restored = openDatabase({ url, env: {} });
      const pages = await Promise.all(owners.map((owner) => new Conversations(restored, owner).listConversations({})));
      return pages.flatMap(({ items }) => items.map(({ title }) => String(title)));
    };
    await restoreBackup(file, { config });
    expect(await titles()).toEqual(['of bob']);
    // The ledger came along, and is applied to the next one, too.
    await restoreBackup(later.file, { config });
    expect(await titles()).toEqual(['of bob', 'of eve again']);
  });

  it('keeps each of two databases that are replaced within the same second', async () => {
    const database = await prepared(await context.url());
    const { file } = await backupDatabase(database, { folder: freshFolder() });
    const { config } = database;
    await database.close();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const kept: (string | null)[] = [];
    try {
      for (let time = 0; time < 2; time += 1) kept.push((await restoreBackup(file, { config })).kept);
    } finally {
      vi.useRealTimers();
    }
    expect((await listKept(config)).map(({ name }) => name)).toEqual(kept);
    expect(new Set(kept).size).toBe(2);
  });

  it('makes a database where there is none', async () => {
    const folder = freshFolder();
    const database = await prepared(await context.url());
    const before = await seen(database);
    const { file } = await backupDatabase(database, { folder });
    await database.close();
    const url = await context.emptyUrl();
    const restored = await restoreBackup(file, { config: loadDatabaseConfig({ url, env: {} }) });
    expect(restored.kept).toBeNull();
    await using again = openDatabase({ url, env: {} });
    expect(await seen(again)).toEqual(before);
  });

  it('is encrypted with a key, and opens with no other', async () => {
    const url = await context.url();
    const folder = freshFolder();
    const database = await prepared(url, { KEELSON_SECRET_KEY: KEY });
    const { file, encrypted } = await backupDatabase(database, { folder });
    expect(encrypted).toBe(true);
    const bytes = await readFile(file);
    expect(bytes.includes('conversation_messages')).toBe(false);
    const { secretKeys } = database.config;
    await expect(verifyBackup(file, { secretKeys })).resolves.toMatchObject({ encrypted: true });
    expect(await refusalOf(verifyBackup(file))).toMatchObject({ code: 'BACKUP_KEY' });
    const wrong = loadDatabaseConfig({ url, env: { KEELSON_SECRET_KEY: OTHER_KEY } });
    expect(await refusalOf(restoreBackup(file, { config: wrong }))).toMatchObject({ code: 'BACKUP_KEY' });
    // The key from before is tried as well.
    const turned = loadDatabaseConfig({
      url,
      env: { KEELSON_SECRET_KEY: OTHER_KEY, KEELSON_SECRET_KEY_PREVIOUS: KEY },
    });
    await database.close();
    expect((await restoreBackup(file, { config: turned })).restored).toBe(true);
  });

  it.for([undefined, KEY])('shows every damage, with the key %s', async (key) => {
    const url = await context.url();
    const folder = freshFolder();
    const database = await prepared(url, { KEELSON_SECRET_KEY: key });
    const before = await seen(database);
    const { file } = await backupDatabase(database, { folder });
    const { config } = database;
    await database.close();
    const { secretKeys } = config;
    const { size } = statSync(file);
    const original = await readFile(file);
    const spoilt = join(folder, 'spoilt.keelson');
    const spoil = async (change: () => Promise<unknown>): Promise<string> => {
      await copyFile(file, spoilt);
      await change();
      const verdict = await refusalOf(verifyBackup(spoilt, { secretKeys }));
      const restoring = await refusalOf(restoreBackup(spoilt, { config }));
      expect(restoring?.code).toBe(verdict?.code);
      return verdict?.code ?? 'none';
    };
    for (const length of [20, 300, Math.floor(size / 2), size - 1])
      expect(await spoil(() => truncate(spoilt, length)), `cut to ${length}`).toBe('BACKUP_DAMAGED');
    expect(await spoil(() => truncate(spoilt, 0))).toBe('BACKUP_UNKNOWN');
    expect(await spoil(() => appendFile(spoilt, 'x'))).toBe('BACKUP_DAMAGED');
    expect(await spoil(() => writeFile(spoilt, 'something else altogether'))).toBe('BACKUP_UNKNOWN');
    for (const at of [Math.floor(size * 0.3), Math.floor(size * 0.6), size - 5]) {
      const changed = Buffer.from(original);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(await spoil(() => writeFile(spoilt, changed)), `changed at ${at}`).toBe('BACKUP_DAMAGED');
    }
    expect(await spoil(() => writeFile(spoilt, withHeader(original, { takenAt: '2020-01-01T00:00:00.000Z' })))).toBe(
      'BACKUP_DAMAGED',
    );
    expect(await spoil(() => writeFile(spoilt, withHeader(original, { format: 3 })))).toBe('BACKUP_UNKNOWN');
    expect(await spoil(() => writeFile(spoilt, reordered(original)))).toBe('BACKUP_DAMAGED');
    await using again = openDatabase({ url, env: {} });
    expect(await seen(again)).toEqual(before);
  });

  it('replaces no other database, none that is in use, and none of another program', async () => {
    const folder = freshFolder();
    const url = await context.url();
    const database = await prepared(url);
    const { file } = await backupDatabase(database, { folder });
    const otherUrl = await context.url();
    const other = await prepared(otherUrl);
    const { config: otherConfig } = other;
    await other.close();
    expect(await refusalOf(restoreBackup(file, { config: otherConfig, force: true }))).toMatchObject({
      code: 'RESTORE_REFUSED',
    });

    const instance = await new Instances(database).register({ kind: 'worker', appVersion: '1' });
    expect(await refusalOf(restoreBackup(file, { config: database.config }))).toMatchObject({
      code: 'RESTORE_REFUSED',
      message: expect.stringContaining('worker'),
    });
    await instance.end();
    const { config } = database;
    await database.close();

    const foreignUrl = await context.emptyUrl();
    const raw = context.raw(foreignUrl);
    await raw.query('CREATE TABLE theirs (id integer)');
    await raw.close();
    const foreign = loadDatabaseConfig({ url: foreignUrl, env: {} });
    expect(await refusalOf(restoreBackup(file, { config: foreign, force: true }))).toMatchObject({
      code: 'RESTORE_REFUSED',
    });
    expect((await restoreBackup(file, { config })).restored).toBe(true);
  });

  it('of a newer version or with changed migrations is refused', async () => {
    const folder = freshFolder();
    const url = await context.url();
    const database = await prepared(url);
    const raw = context.raw(url);
    await raw.query(`UPDATE schema_migrations SET name = '9000_later' WHERE name LIKE '0007%'`);
    const newer = await backupDatabase(database, { folder });
    await raw.query(`UPDATE schema_migrations SET name = '0007_accounts' WHERE name LIKE '9000%'`);
    await raw.query(
      `UPDATE schema_migrations SET checksum = replace(checksum, substr(checksum, 1, 8), '00000000') WHERE name LIKE '0002%'`,
    );
    const drifted = await backupDatabase(database, { folder });
    await raw.close();
    const { config } = database;
    await database.close();
    const codes = [];
    for (const { file } of [newer, drifted]) codes.push((await refusalOf(restoreBackup(file, { config })))?.code);
    expect(codes).toEqual([context.engine === 'sqlite' ? 'NEWER_SCHEMA' : 'RESTORE_REFUSED', 'RESTORE_REFUSED']);
  });

  it('of an older version is brought up to date', async () => {
    const folder = freshFolder();
    const url = await context.url();
    const database = await prepared(url);
    await database.migrations.rollback({ to: '0006' });
    const { file } = await backupDatabase(database, { folder });
    const { config } = database;
    await database.close();
    const { migrated } = await restoreBackup(file, { config });
    expect(migrated[0]).toMatch(/^0007/);
  });

  it('is not left behind when it is stopped', async () => {
    const folder = freshFolder();
    await using database = await prepared(await context.url());
    const stop = new AbortController();
    const stages: string[] = [];
    const onProgress = ({ stage }: { readonly stage: string }): void => {
      stages.push(stage);
      if (stage === 'writing') stop.abort(new Error('enough'));
    };
    await expect(backupDatabase(database, { folder, signal: stop.signal, onProgress })).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describeEngine('sqlite', 'a plain file', (context) => {
  it('is a database of its own, and can be restored', async () => {
    const folder = freshFolder();
    const url = await context.url();
    const database = await prepared(url, { KEELSON_SECRET_KEY: KEY });
    const before = await seen(database);
    const path = join(folder, 'copy.db');
    const backup = await backupDatabase(database, { path });
    expect(backup).toMatchObject({ file: path, form: 'plain', encrypted: false });
    expect(await refusalOf(backupDatabase(database, { path }))).toMatchObject({ code: 'BACKUP_FAILED' });
    const { config } = database;
    await database.close();
    const copy = openDatabase({ url: `sqlite:///${path}`, env: {} });
    expect(await seen(copy)).toEqual(before);
    await copy.close();
    expect((await verifyBackup(path)).form).toBe('plain');
    expect((await restoreBackup(path, { config })).restored).toBe(true);
  });

  it('replaces a file that is damaged, and keeps that, when it is told to', async () => {
    const folder = freshFolder();
    const url = await context.url();
    const database = await prepared(url);
    const before = await seen(database);
    const { file } = await backupDatabase(database, { folder });
    const { config } = database;
    await database.close();
    const { path } = config.target as { readonly path: string };
    await writeFile(path, 'this is no database any more'.repeat(1000));
    expect(await refusalOf(restoreBackup(file, { config }))).toMatchObject({ code: 'RESTORE_REFUSED' });
    const { kept } = await restoreBackup(file, { config, force: true });
    expect(existsSync(kept ?? '')).toBe(true);
    await using again = openDatabase({ url, env: {} });
    expect(await seen(again)).toEqual(before);
  });
});

const START = Buffer.from('keelson backup\n').length;

function withHeader(original: Buffer, change: object): Buffer {
  const length = original.readUInt32BE(START);
  const header = JSON.parse(original.subarray(START + 4, START + 4 + length).toString()) as object;
  const bytes = Buffer.from(JSON.stringify({ ...header, ...change }));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([original.subarray(0, START), size, bytes, original.subarray(START + 4 + length)]);
}

/** With its first two blocks in each other's place. */
function reordered(original: Buffer): Buffer {
  const first = START + 4 + original.readUInt32BE(START);
  const second = first + 5 + original.readUInt32BE(first);
  const end = second + 5 + original.readUInt32BE(second);
  return Buffer.concat([
    original.subarray(0, first),
    original.subarray(second, end),
    original.subarray(first, second),
    original.subarray(end),
  ]);
}
