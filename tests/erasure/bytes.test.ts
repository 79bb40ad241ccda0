import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import { type Database, Erasures, openDatabase } from '@keelson/db-core';
import { describeEngine, startPostgresServer, type TestServer } from '@keelson/db-core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshFolder } from '../support/fresh-folder.ts';
import { filesWith } from './byte-search.ts';
import { fillConversations, fillPerson, fillTables, WORD } from './fill.ts';

const OWNER = 'zephyrina@example.net';

/** An owner by name and one with an account, in a database with others. */
async function fill(database: Database): Promise<string> {
  await fillTables(database, OWNER, { isIndexed: true });
  await fillConversations(database, OWNER, 20);
  const { userId } = await fillPerson(database);
  const chats = new Conversations(database, 'bob');
  const { id } = await chats.createConversation({ title: 'something else' });
  for (let turn = 0; turn < 100; turn += 1)
    await chats.saveUserMessage({ conversationId: id, content: 'a word that stays '.repeat(20) });
  return userId;
}

it('finds a word wherever it lies in a file', () => {
  const path = join(freshFolder(), 'file');
  for (const place of [0, 5, (1 << 20) - 3, 1 << 20, 3_000_000]) {
    const bytes = Buffer.alloc(place + WORD.length + 7);
    bytes.write(WORD, place);
    writeFileSync(path, bytes);
    expect(filesWith(WORD, path), `at ${place}`).toEqual([path]);
  }
  writeFileSync(path, WORD.slice(0, -1));
  expect(filesWith(WORD, path)).toEqual([]);
});

describeEngine('sqlite', 'after an erasure', ({ open }) => {
  it('no byte of it is in the file or the write-ahead log', async () => {
    const database = await open();
    const account = await fill(database);
    const { location } = await database.info();
    const files = [location, `${location}-wal`, `${location}-shm`];
    for (const word of [WORD, OWNER, account]) expect(filesWith(word, ...files), word).not.toEqual([]);
    const erasures = new Erasures(database);
    for (const owner of [OWNER, account]) {
      const { storage, unreached } = await erasures.eraseOwner(owner);
      expect(storage).toContain('The write-ahead log was emptied.');
      expect(unreached.join('\n')).not.toContain('Not done');
    }
    for (const word of [WORD, OWNER, account]) expect(filesWith(word, ...files), word).toEqual([]);
    expect(filesWith('a word that stays', ...files)).toEqual([location]);
  });
});

describeEngine('postgres', 'after an erasure, with a server of its own,', ({ raw }) => {
  let server: TestServer;
  // Segments that are of no more use are removed instead of being kept for later use, as they were written.
  beforeAll(async () => {
    server = await startPostgresServer({ settings: ['wal_recycle=off', 'full_page_writes=on'] });
  });
  afterAll(() => server.stop());

  it("no byte of it is in the server's data folder, the write-ahead log included", async () => {
    const connection = raw(server.url);
    const [row] = await connection.query('SHOW data_directory');
    const folder = String(row?.['data_directory']);
    await using database = openDatabase({ url: server.url, env: {} });
    const account = await fill(database);
    // What a server does by itself, now and then: samples of the columns are taken, and pages written.
    await connection.query('ANALYZE');
    await connection.query('CHECKPOINT');
    for (const word of [WORD, OWNER, account]) expect(filesWith(word, folder), word).not.toEqual([]);

    const erasures = new Erasures(database);
    const plain = await erasures.eraseOwner(OWNER, { rewrite: false });
    expect(plain.unreached.join('\n')).toContain('Free space in pages');
    const { unreached } = await erasures.eraseOwner(account);
    expect(unreached.join('\n')).not.toContain('Not done');
    for (const word of [WORD, OWNER, account]) expect(filesWith(word, folder), word).toEqual([]);
    expect(filesWith('a word that stays', folder)).not.toEqual([]);
  });
});
