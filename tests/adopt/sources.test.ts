import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Conversations, conversationsAdopter } from '@keelson/conversations';
import {
  adopt,
  AdoptionFailedError,
  AdoptionSchemaError,
  AdoptionSourceError,
  type Adopter,
  ValidationError,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { freshFolder } from '../support/fresh-folder.ts';
import { pathOf } from '../support/path-of.ts';
import { conversation, legacyFile, message, uuid } from './legacy-file.ts';

const adopters = [conversationsAdopter];

/** With enough in it to lose some. */
function goodFile(): string {
  const messages = Array.from({ length: 300 }, (_, index) => message(100 + index, 1, { content: 'word '.repeat(50) }));
  return legacyFile({ conversations: [conversation(1)], messages });
}

describeEngines('a file to adopt', (context) => {
  async function setUp() {
    const database = await context.open({ env: { DATABASE_TIMEOUT: '1' } });
    return {
      database,
      run: (...files: string[]) => adopt(database, { files, adopters }),
      count: async () => (await new Conversations(database, 'ada').listConversations()).items.length,
    };
  }

  it('that is missing, a folder, no database, empty or somebody else’s says so, and the good one beside it is left', async () => {
    const { run, count } = await setUp();
    const good = goodFile();
    const within = dirname(good);
    const text = join(within, 'notes.txt');
    writeFileSync(
      text,
      'These are notes, and they go on for longer than the header of a database would be. '.repeat(9),
    );
    const empty = join(within, 'empty.db');
    writeFileSync(empty, '');
    const other = join(within, 'other.db');
    const shop = new Sqlite(other);
    shop.exec('CREATE TABLE users (id INTEGER, email TEXT); CREATE TABLE products (sku TEXT, price REAL)');
    shop.close();

    await expect(run(good, join(within, 'gone.db'))).rejects.toThrow(/There is no file .*gone\.db/);
    await expect(run(good, within)).rejects.toThrow(/is not a file/);
    await expect(run(good, text)).rejects.toThrow(/is not a SQLite database/);
    await expect(run(good, empty)).rejects.toThrow(/Found: no tables\. Known: organic-fishstick-RAG/);
    const unknown = await run(good, other).catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(AdoptionSchemaError);
    expect(unknown).toMatchObject({
      exitCode: 2,
      details: {
        found: ['products(sku, price)', 'users(id, email)'],
        known: [{ system: 'organic-fishstick-RAG', tables: ['users', 'conversations', 'messages', 'user_sessions'] }],
      },
    });
    expect(await count()).toBe(0);
  });

  it('that is cut off or damaged says so, and nothing of it is kept', async () => {
    const { run, count } = await setUp();
    const cut = goodFile();
    truncateSync(cut, 20_000);
    const damaged = goodFile();
    const bytes = readFileSync(damaged);
    bytes.fill(0xaa, 16_384, 24_576);
    writeFileSync(damaged, bytes);
    for (const path of [cut, damaged]) {
      const error = await run(path).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AdoptionSourceError);
      expect(error).toMatchObject({
        message: expect.stringContaining(path),
        hint: expect.stringMatching(/Nothing of it/),
      });
    }
    expect(await count()).toBe(0);
  });

  it('that another program is writing is waited for, and then told', async () => {
    const { run, count } = await setUp();
    const path = goodFile();
    const writer = new Sqlite(path);
    writer.exec('BEGIN EXCLUSIVE');
    await expect(run(path)).rejects.toThrow(/locked by another program/);
    const waiting = run(path);
    setTimeout(() => writer.exec('COMMIT'), 200);
    expect((await waiting).files).toHaveLength(1);
    writer.close();
    expect(await count()).toBe(1);
  });

  it('with a write-ahead log is read with all that is in it, and nothing is left beside it', async () => {
    const { run } = await setUp();
    const path = goodFile();
    const writer = new Sqlite(path);
    writer.pragma('journal_mode = WAL');
    writer.pragma('wal_autocheckpoint = 0');
    const insert = (number: number) =>
      writer
        .prepare(`INSERT INTO messages (id, conversation_id, role, content) VALUES (?, ?, 'user', 'in the log')`)
        .run(uuid(number), uuid(1));
    insert(900);
    // In use: what is committed is seen.
    expect((await run(path)).files[0]?.tables.find(({ name }) => name === 'messages')?.adopted).toBe(301);
    insert(901);
    // As somebody copies it: with its log, and without what its programs share.
    const folder = join(freshFolder(), 'copied');
    mkdirSync(folder);
    const copy = join(folder, 'copied.db');
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    const before = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    expect((await run(copy)).files[0]?.tables.find(({ name }) => name === 'messages')).toMatchObject({
      adopted: 1,
      alreadyThere: 301,
    });
    expect(readdirSync(folder).map((name) => readFileSync(join(folder, name)))).toEqual(before);
    writer.close();
    // Closed well: there is no log any more.
    expect(existsSync(`${path}-wal`)).toBe(false);
    await run(path);
    expect(readdirSync(dirname(path))).toEqual(['organic-fishstick.db']);
  });

  it('tells of tables and columns that its system has not', async () => {
    const { run } = await setUp();
    const path = legacyFile({ conversations: [conversation(1)] });
    const writer = new Sqlite(path);
    writer.exec(`
      ALTER TABLE conversations ADD COLUMN mood TEXT; UPDATE conversations SET mood = 'fine';
      CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('one'), ('two'); CREATE TABLE "odd ""name" (x)`);
    writer.close();
    expect((await run(path)).files[0]?.tables).toMatchObject([
      {
        name: 'conversations',
        adopted: 1,
        notes: [{ code: 'UNKNOWN_COLUMN', rows: 1, message: expect.stringContaining('mood') }],
      },
      { name: 'notes', read: 2, refused: 2, reasons: [{ code: 'UNKNOWN_TABLE', rows: 2 }] },
      { name: 'odd "name', read: 0 },
    ]);
  });

  it('of which one fails after another was adopted tells what is kept', async () => {
    const { database, count } = await setUp();
    const within = freshFolder();
    const first = legacyFile({ conversations: [conversation(1)] }, 'first.db', within);
    const second = legacyFile({ conversations: [conversation(2)] }, 'second.db', within);
    const failing: Adopter = {
      ...conversationsAdopter,
      begin(sources, user) {
        const work = conversationsAdopter.begin(sources, user);
        return async (adoption) => {
          await work(adoption);
          if (adoption.source.path === second) throw new ValidationError('Something is wrong.');
        };
      },
    };
    const error = await adopt(database, { files: [first, second], adopters: [failing] }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AdoptionFailedError);
    expect(error).toMatchObject({ details: { file: second, files: [{ file: first }] } });
    expect(await count()).toBe(1);
  });

  it('is not adopted when it is stopped before its end', async () => {
    const { database, count } = await setUp();
    const messages = Array.from({ length: 5_000 }, (_, index) => message(1_000 + index, 1));
    const path = legacyFile({ conversations: [conversation(1)], messages });
    const controller = new AbortController();
    const rows: number[] = [];
    const stopped = adopt(database, {
      files: [path],
      adopters,
      signal: controller.signal,
      onProgress: (progress) => {
        rows.push(progress.rows);
        controller.abort(new Error('stop'));
      },
    });
    await expect(stopped).rejects.toThrow('stop');
    expect(rows[0]).toBeGreaterThan(0);
    expect(await count()).toBe(0);
  });

  it('that is this program’s own database is refused', async () => {
    const { run } = await setUp();
    const own = new Sqlite(join(freshFolder(), 'own.db'));
    own.exec('CREATE TABLE schema_migrations (name TEXT); CREATE TABLE database_identity (id TEXT)');
    own.close();
    await expect(run(own.name)).rejects.toThrow(/a database of this program already/);
    if (context.engine === 'sqlite')
      await expect(run(pathOf(await context.url()))).rejects.toThrow(AdoptionSchemaError);
  });
});
