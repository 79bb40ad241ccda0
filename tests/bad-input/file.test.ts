import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import {
  CorruptDatabaseError,
  DatabaseNotFoundError,
  NotADatabaseError,
  openDatabase,
  UnwritableDatabaseError,
} from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { describe, expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { pathOf } from '../support/path-of.ts';
import { refusalOf } from '../support/refusal.ts';
import type { Attempts } from './unwritable-process.ts';

const urlOf = (path: string): string => `sqlite:///${path}`;

describe('a database file that is missing', () => {
  it('is not made when that is not wanted, and neither is its folder', async () => {
    const folder = freshFolder();
    await using database = openDatabase({ url: urlOf(join(folder, 'new', 'data.db')), env: {}, create: false });
    const error = await refusalOf(database.initialize());
    expect(error).toBeInstanceOf(DatabaseNotFoundError);
    expect(error).toMatchObject({ code: 'DATABASE_NOT_FOUND', exitCode: 1 });
    expect(error.hint).toContain('keelson init');
    expect(error.message).toContain(join(folder, 'new', 'data.db'));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is made where it is wanted, with its folders, for nobody else to read', async () => {
    const path = join(freshFolder(), 'one', 'two', 'data.db');
    await using database = openDatabase({ url: urlOf(path), env: {} });
    await database.initialize();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });
});

describe('a place where no database can be', () => {
  it.each([
    ['under a file', (folder: string) => join(folder, 'file', 'data.db')],
    ['at a folder', (folder: string) => join(folder, 'folder')],
    ['with a name that is too long', (folder: string) => join(folder, 'x'.repeat(300))],
  ])('%s is told as such', async (_, place) => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'file'), 'text');
    mkdirSync(join(folder, 'folder'));
    await using database = openDatabase({ url: urlOf(place(folder)), env: {} });
    const error = await refusalOf(database.initialize());
    expect(error).toBeInstanceOf(UnwritableDatabaseError);
    expect(error).toMatchObject({ code: 'UNWRITABLE_DATABASE', exitCode: 1, retriable: false });
    expect(error.hint).toContain('keelson status');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('text');
    expect(readdirSync(join(folder, 'folder'))).toEqual([]);
  });

  it('or none may be written is told as such, and works when it may', async () => {
    const script = join(import.meta.dirname, 'unwritable-process.ts');
    const attempts = await new Child(script, [freshFolder()]).result<Attempts>();
    const entries = Object.entries(attempts);
    const again = entries.filter(([name]) => name.endsWith('with the rights again'));
    expect(again.map(([, outcome]) => outcome)).toEqual(['ok', 'ok', 'ok']);
    const without = entries.filter(([name]) => !name.endsWith('with the rights again'));
    expect(without.length).toBe(8);
    for (const [name, outcome] of without) {
      expect(outcome, name).toMatch(/^UNWRITABLE_DATABASE: .*data\.db can't be made or written: EACCES/);
      expect(outcome, name).toContain('keelson status');
    }
  });
});

describe('a file that is no database', () => {
  it.each([
    ['text', Buffer.from('These are the minutes of a meeting.\n'.repeat(400))],
    ['a line', Buffer.from('x\n')],
    ['noise', Buffer.from(Array.from({ length: 9000 }, (_, index) => (index * 7919) % 251))],
    ['the beginning of a database only', Buffer.from('SQLite format 3\0')],
  ])('(%s) is refused and left as it is', async (_, bytes) => {
    const folder = freshFolder();
    const path = join(folder, 'data.db');
    writeFileSync(path, bytes);
    await using database = openDatabase({ url: urlOf(path), env: {} });
    const error = await refusalOf(database.initialize());
    expect(error).toBeInstanceOf(NotADatabaseError);
    expect(error).toMatchObject({ code: 'NOT_A_DATABASE', exitCode: 1, retriable: false });
    expect(error.hint).toContain('keelson init');
    expect(error.message).toContain(path);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['data.db']);
  });
});

describeEngine('sqlite', 'a damaged file, because a server looks after its own', (context) => {
  /** A database of some hundred pages. */
  async function filled(): Promise<{ url: string; path: string; id: string }> {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation({ title: 'a conversation' });
    for (let number = 0; number < 100; number += 1) {
      await chats.saveUserMessage({ conversationId: id, content: `${number} `.repeat(800) });
    }
    return { url, path: pathOf(url), id };
  }

  async function readAll(url: string, id: string): Promise<void> {
    await using database = openDatabase({ url, env: {} });
    await new Conversations(database, 'ada').exportConversation(id);
  }

  it.each([
    ['cut off in the middle', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)],
    [
      'overwritten in part',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 4096 * 20);
        writeFileSync(path, bytes);
      },
    ],
    [
      'with a schema that cannot be read',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 100, 4096);
        writeFileSync(path, bytes);
      },
    ],
  ])('%s is told as such, and not made worse', async (_, damage) => {
    const { url, path, id } = await filled();
    damage(path);
    const before = readFileSync(path);
    const error = await refusalOf(readAll(url, id));
    expect(error).toBeInstanceOf(CorruptDatabaseError);
    expect(error).toMatchObject({ code: 'CORRUPT_DATABASE', exitCode: 1, retriable: false });
    expect(error.hint).toContain('restore');
    expect(error.message).toContain(path);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('whose beginning is gone is no database any more, and is left as it is', async () => {
    const { url, path, id } = await filled();
    const bytes = readFileSync(path).fill(0, 0, 100);
    writeFileSync(path, bytes);
    expect(await refusalOf(readAll(url, id))).toBeInstanceOf(NotADatabaseError);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  it('of which only a part is damaged gives what is left', async () => {
    const { url, path, id } = await filled();
    const bytes = readFileSync(path);
    const place = bytes.indexOf('50 50 50 50');
    expect(place).toBeGreaterThan(0);
    const page = Math.floor(place / 4096) * 4096;
    bytes.fill(0xa5, page, page + 4096);
    writeFileSync(path, bytes);
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'ada');
    expect(await refusalOf(chats.exportConversation(id))).toBeInstanceOf(CorruptDatabaseError);
    expect((await chats.getMessages({ conversationId: id, limit: 10 })).items.length).toBe(10);
    // The connections still work after the error.
    expect((await chats.getConversation(id)).messageCount).toBe(100);
  });
});
