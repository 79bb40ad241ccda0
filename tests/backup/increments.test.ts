import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Conversations, conversationSources } from '@keelson/conversations';
import {
  Accounts,
  type Database,
  ensureIdentity,
  Erasures,
  listBackups,
  loadDatabaseConfig,
  openDatabase,
  pruneBackups,
  type Restored,
  restoreBackup,
  Search,
  SystemLogs,
  takeBackup,
  takeIncrement,
  verifyBackup,
} from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { freshFolder } from '../support/fresh-folder.ts';
import { refusalOf } from '../support/refusal.ts';
import { fill, seen } from './content.ts';
import { wholeOf } from './whole.ts';

const KEY = 'a'.repeat(64);
const DAY_MS = 86_400_000;

async function prepared(url: string, folder: string, env: Record<string, string> = {}): Promise<Database> {
  const database = openDatabase({ url, env: { BACKUP_FOLDER: folder, ...env } });
  await database.initialize();
  await ensureIdentity(database, 'test');
  await fill(database, 2);
  return database;
}

async function restoreElsewhere(
  context: EngineContext,
  place: string,
  options: { readonly to?: Date; readonly env?: Record<string, string> } = {},
): Promise<{ readonly url: string; readonly restored: Restored }> {
  const url = await context.emptyUrl();
  const { to, env = {} } = options;
  const config = loadDatabaseConfig({ url, env });
  return { url, restored: await restoreBackup(place, { config, ...(to === undefined ? {} : { to }) }) };
}

const line = (message: string): Parameters<SystemLogs['write']>[0][number] => ({
  level: 'INFO',
  logger: 'test',
  message,
});

describeEngines('increments', (context) => {
  it('lead to each of their moments, with every row as it was then', async () => {
    const url = await context.url();
    const folder = freshFolder();
    const database = await prepared(url, folder, { KEELSON_SECRET_KEY: KEY });
    const ada = new Conversations(database, 'ada');
    const [first, second] = (await ada.listConversations({})).items;
    const accounts = new Accounts(database);
    const moments: { whole: Record<string, string[]>; file: string; takenAt: Date }[] = [];
    const take = async (make: (database: Database) => Promise<{ file: string; takenAt: Date; form: string }>) => {
      const whole = await wholeOf(context, url);
      const { file, takenAt, form } = await make(database);
      moments.push({ whole, file, takenAt });
      return form;
    };
    await accounts.create({ email: 'a@example.org', password: 'a long enough password' });
    await new SystemLogs(database).write([line('one'), line('two')]);
    expect(await take(takeBackup)).toBe('backup');

    await ada.saveUserMessage({ conversationId: first!.id, content: 'a quaint message' });
    await ada.renameConversation(first!.id, 'another title');
    await ada.createConversation({ title: 'a new one' });
    await new SystemLogs(database).write([line('three')]);
    await accounts.create({ email: 'b@example.org', password: 'a long enough password' });
    expect(await take(takeIncrement)).toBe('increment');

    // Nothing but the history of backups has changed.
    expect(await take(takeIncrement)).toBe('increment');

    await new Erasures(database).eraseRow('ada', { table: 'conversations', id: second!.id });
    await ada.saveUserMessage({ conversationId: first!.id, content: 'one more' });
    const raw = context.raw(url);
    await raw.query(`DELETE FROM system_logs WHERE message = 'two'`);
    // Two that have what the other had.
    await raw.query(`UPDATE users SET email = 'c@example.org' WHERE email = 'a@example.org'`);
    await raw.query(`UPDATE users SET email = 'a@example.org' WHERE email = 'b@example.org'`);
    await raw.close();
    expect(await take(takeIncrement)).toBe('increment');
    await ada.createConversation({ title: 'which is lost' });
    await database.close();

    const env = { KEELSON_SECRET_KEY: KEY };
    const [full, one, two, three] = moments as [(typeof moments)[0], ...(typeof moments)[0][]];
    const ways: [place: string, to: Date | undefined, expected: (typeof moments)[0], increments: number][] = [
      [full.file, undefined, full, 0],
      [one!.file, undefined, one!, 1],
      [full.file, new Date(two!.takenAt.getTime() - 1), one!, 1],
      [folder, undefined, three!, 3],
      [full.file, new Date(Date.now() + DAY_MS), three!, 3],
    ];
    for (const [place, to, expected, increments] of ways) {
      const { url: copy, restored } = await restoreElsewhere(context, place, {
        ...(to === undefined ? {} : { to }),
        env,
      });
      expect(restored).toMatchObject({ restored: true, increments, reached: expected.takenAt });
      expect(await wholeOf(context, copy)).toEqual(expected.whole);
      await using again = openDatabase({ url: copy, env });
      expect(await again.migrations.validate()).toBeDefined();
      if (expected !== full) continue;
      expect(restored.next).toBeNull();
    }
    // What the search index doesn't have yet is marked.
    const { url: copy, restored } = await restoreElsewhere(context, folder, { to: three!.takenAt, env });
    expect(restored.backup.tables.find(({ name }) => name === 'users')).toMatchObject({ rows: 2 });
    await using again = openDatabase({ url: copy, env });
    const search = new Search(again, conversationSources);
    await search.refresh('ada');
    const found = await search.search('ada', { query: 'quaint' });
    expect(JSON.stringify(found)).toContain('a quaint message');
    expect((await refusalOf(restoreElsewhere(context, full.file, { to: new Date(0), env })))?.code).toBe(
      'RESTORE_REFUSED',
    );
  });

  it('are refused where a link is missing, damaged, foreign or another one', async () => {
    const url = await context.url();
    const folder = freshFolder();
    const database = await prepared(url, folder);
    const before = await seen(database);
    const { config } = database;
    const files: string[] = [(await takeBackup(database)).file];
    for (let turn = 0; turn < 3; turn += 1) {
      await new Conversations(database, 'ada').createConversation({ title: `number ${turn}` });
      files.push((await takeIncrement(database)).file);
    }
    const after = await seen(database);
    expect(after).not.toEqual(before);
    await database.close();
    const [full = '', one = '', two = '', three = ''] = files;
    const place = join(folder, 'apart');
    const verdict = async (spoil: (path: (file: string) => string) => Promise<unknown>): Promise<string> => {
      await rm(place, { recursive: true, force: true });
      await mkdir(place);
      for (const file of files) await copyFile(file, join(place, basename(file)));
      await spoil((file) => join(place, basename(file)));
      const refusal = await refusalOf(restoreBackup(join(place, basename(three)), { config }));
      return `${refusal?.code} ${refusal?.message ?? ''}`;
    };
    expect(await verdict((path) => rm(path(two)))).toMatch(/^RESTORE_REFUSED .* that is not there/);
    expect(await verdict((path) => rm(path(full)))).toMatch(/^RESTORE_REFUSED .* that is not there/);
    expect(await verdict((path) => truncate(path(two), 900))).toMatch(/^BACKUP_DAMAGED/);
    expect(await verdict((path) => truncate(path(full), 5000))).toMatch(/^BACKUP_DAMAGED/);
    expect(
      await verdict(async (path) => {
        const bytes = await readFile(path(two));
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 200) ^ 1, bytes.length - 200);
        await writeFile(path(two), bytes);
      }),
    ).toMatch(/^BACKUP_DAMAGED/);
    // One file twice, under the name of the one that is missing then.
    expect(await verdict((path) => copyFile(one, path(two)))).toMatch(/^RESTORE_REFUSED .* that is not there/);
    // A chain that is whole, of another database.
    const otherFolder = freshFolder();
    const other = await prepared(await context.url(), otherFolder);
    await takeBackup(other);
    const foreign = await takeIncrement(other);
    await other.close();
    expect(foreign.form).toBe('increment');
    expect((await refusalOf(restoreBackup(foreign.file, { config })))?.code).toBe('RESTORE_REFUSED');
    await using again = openDatabase({ url, env: {} });
    expect(await seen(again)).toEqual(after);
    expect(await verifyBackup(three)).toMatchObject({ form: 'increment' });
  });

  it('give way to a full backup, and say why, where they can go on from nothing', async () => {
    const url = await context.url();
    const folder = freshFolder();
    const database = await prepared(url, folder);
    const chats = new Conversations(database, 'ada');
    const why = async (): Promise<string> => {
      const { form, whyFull } = await takeIncrement(database);
      return `${form}: ${whyFull ?? 'no reason'}`;
    };
    expect(await why()).toMatch(/^backup: There is no backup to go on from/);
    expect(await why()).toBe('increment: no reason');
    await chats.createConversation({ title: 'one' });
    await chats.createConversation({ title: 'two' });
    await database.changes.prune({ keepMs: 0, keepRows: 0 });
    expect(await why()).toMatch(/^backup: The change feed no longer has/);
    expect(await why()).toBe('increment: no reason');
    await database.changes.startEpoch();
    expect(await why()).toMatch(/^backup: The database was restored or moved/);
    const { items } = await listBackups(folder);
    await truncate(items[0]!.file, items[0]!.bytes - 10);
    expect(await why()).toMatch(/^backup: The last backup, .* can't be read/);
    const { file } = await takeIncrement(database);
    await takeIncrement(database);
    await rm(file);
    expect(await why()).toMatch(/^backup: .* goes on from a backup that is not there/);
    await database.migrations.rollback({ to: '0011' });
    await database.migrations.migrate();
    // As the migrations are again what they were; the table of backups is a new one, though.
    expect(await why()).toMatch(/^(?:increment|backup)/);
    await database.close();
  });

  it('are removed by age, and never what others need', async () => {
    const folder = freshFolder();
    const database = await prepared(await context.url(), folder);
    const files: string[] = [];
    for (const make of [takeBackup, takeIncrement, takeBackup, takeIncrement, takeIncrement])
      files.push((await make(database)).file);
    await database.close();
    const { items } = await listBackups(folder);
    expect(items.map(({ file }) => file)).toEqual(files.toReversed());
    expect(items.map(({ form }) => form)).toEqual(['increment', 'increment', 'backup', 'increment', 'backup']);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const gone = await pruneBackups(folder, { databaseId: items[0]!.databaseId, keepMs: 1 });
    expect(gone.map(({ file }) => file)).toEqual([files[1], files[0]]);
    expect(readdirSync(folder)).toHaveLength(3);
    expect(existsSync(files[2]!)).toBe(true);
  });

  it('bring back nobody who was erased, before or after them', async () => {
    const url = await context.url();
    const folder = freshFolder();
    const database = await prepared(url, folder);
    const bob = new Conversations(database, 'bob');
    const { id } = await bob.createConversation({ title: 'of bob' });
    await bob.saveUserMessage({ conversationId: id, content: 'zanzibar and quinquereme' });
    await new SystemLogs(database).write([line('bob asked for zanzibar')]);
    await new Search(database, conversationSources).refresh('bob');
    await takeBackup(database);
    const early = await takeIncrement(database);
    await new Erasures(database).eraseOwner('bob');
    await bob.createConversation({ title: 'of bob again' });
    const late = await takeIncrement(database);
    const whole = await wholeOf(context, url);
    await database.close();

    const { url: copy } = await restoreElsewhere(context, late.file);
    const restored = await wholeOf(context, copy);
    expect(JSON.stringify(restored)).not.toContain('zanzibar');
    expect(restored['conversations']).toEqual(whole['conversations']);
    const raw = context.raw(copy);
    for (const table of ['search_entries', 'search_postings'])
      expect(await raw.query(`SELECT 1 FROM ${table} WHERE user_id = 'bob'`)).toEqual([]);
    await raw.close();
    if (context.engine === 'sqlite')
      expect((await readFile(copy.slice('sqlite:///'.length))).includes('zanzibar')).toBe(false);
    await using again = openDatabase({ url: copy, env: {} });
    expect((await new Conversations(again, 'bob').listConversations({})).items).toHaveLength(1);

    // Over the database where they were erased, from before that.
    await restoreBackup(early.file, { config: loadDatabaseConfig({ url, env: {} }) });
    const back = await wholeOf(context, url);
    expect(JSON.stringify(back)).not.toContain('zanzibar');
    expect(JSON.stringify(back['conversations'])).not.toContain('of bob');
  });
});
