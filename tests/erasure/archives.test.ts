import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import { Erasures, openDatabase, restoreBackup, takeBackup } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { freshFolder } from '../support/fresh-folder.ts';
import { bytesOfArchive } from './archive-bytes.ts';
import { filesWith } from './byte-search.ts';
import { fillConversations, fillPerson, fillTables, WORD } from './fill.ts';

const OWNER = 'zephyrina@example.net';
const KEY = Buffer.alloc(32, 5);
const DAY_MS = 86_400_000;

describeEngines('backups and an erasure', (context) => {
  it('those made after it hold nothing of it; the certificate names those made before, which a restore erases again', async () => {
    const folder = freshFolder();
    const env = { KEELSON_SECRET_KEY: KEY.toString('base64'), BACKUP_RETENTION_DAYS: '20' };
    const database = openDatabase({ url: await context.url(), env });
    const { config } = database;
    await fillTables(database, OWNER, { isIndexed: true });
    await fillConversations(database, OWNER, 3);
    const { userId: account } = await fillPerson(database);
    const chats = new Conversations(database, 'bob');
    await chats.createConversation({ title: 'a word that stays' });
    const words = [WORD, OWNER, account];

    const before = await takeBackup(database, { folder, encrypt: false });
    for (const word of words) expect(bytesOfArchive(before.file).includes(word), word).toBe(true);
    const erasures = new Erasures(database);
    for (const owner of [OWNER, account]) {
      const { backups, unreached } = await erasures.eraseOwner(owner);
      expect(backups).toEqual([
        {
          file: before.file,
          takenAt: before.takenAt,
          keptUntil: new Date(before.takenAt.getTime() + 20 * DAY_MS),
          isThere: true,
        },
      ]);
      expect(unreached[0]).toMatch(
        /^Backups, full and incremental, made before .*1 is known, the last one kept until \d{4}-.*ledger is applied/,
      );
    }

    const plain = await takeBackup(database, { folder, encrypt: false });
    const encrypted = await takeBackup(database, { folder, encrypt: true });
    const files = [plain.file, encrypted.file];
    for (const file of files) {
      const bytes = bytesOfArchive(file, KEY);
      for (const word of words) expect(bytes.includes(word), `${word} in ${file}`).toBe(false);
      expect(bytes.includes('a word that stays')).toBe(true);
    }
    if (context.engine === 'sqlite') {
      const { file } = await takeBackup(database, { path: join(folder, 'plain.db') });
      for (const word of words) expect(filesWith(word, file), word).toEqual([]);
    }
    await database.close();

    // The one that holds it comes back without it.
    await restoreBackup(before.file, { config });
    await using restored = openDatabase({ config });
    await restored.initialize();
    for (const owner of [OWNER, account]) expect(await new Erasures(restored).preview(owner), owner).toEqual({});
    expect((await new Conversations(restored, 'bob').listConversations()).items).toHaveLength(1);
    const again = await takeBackup(restored, { folder, encrypt: false });
    for (const word of words) expect(bytesOfArchive(again.file).includes(word), word).toBe(false);
  });
});
