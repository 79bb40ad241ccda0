import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import { backupDatabase, loadDatabaseConfig, openDatabase, restoreBackup } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { faultsIn } from '../kill/sound.ts';
import { Child } from '../support/child.ts';
import { freshFolder } from '../support/fresh-folder.ts';

const WRITERS = 2;
const LINES_BEFORE = 40;
const script = join(import.meta.dirname, '../kill/writing-process.ts');

describeEngines('a backup while other processes write', (context) => {
  it(
    'holds all that was stored when it began, and no half of a transaction',
    { timeout: 120_000 },
    async ({ annotate }) => {
      const folder = freshFolder();
      const url = await context.url();
      const database = openDatabase({ url, env: {} });
      const { id } = await new Conversations(database, 'ada').createConversation({ title: 'the common one' });
      const writers = Array.from(
        { length: WRITERS },
        (_, number) => new Child(script, [url, id, String(number), `w${number}`]),
      );
      for (const writer of writers) await writer.line(LINES_BEFORE);

      const stored = writers.flatMap(({ lines }) => [...lines]);
      const { file, durationMs } = await backupDatabase(database, { folder });
      const during = writers.flatMap(({ lines }) => [...lines]).length - stored.length;
      for (const writer of writers) await writer.kill();
      await database.close();
      await annotate(`${stored.length} lines before, ${during} during the ${durationMs} ms of the backup`);
      // Writers went on meanwhile.
      expect(during).toBeGreaterThan(0);

      const copyUrl = await context.emptyUrl();
      await restoreBackup(file, { config: loadDatabaseConfig({ url: copyUrl, env: {} }) });
      expect(await faultsIn(context, copyUrl)).toEqual([]);
      const raw = context.raw(copyUrl);
      const messages = new Set(
        (await raw.query('SELECT id FROM conversation_messages')).map((row) => String(row['id'])),
      );
      const titles = (await raw.query('SELECT title FROM conversations WHERE id <> $1', [id])).map((row) =>
        String(row['title']),
      );
      await raw.close();
      const told = (kind: string): string[] =>
        stored.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
      expect(told('message').filter((message) => !messages.has(message))).toEqual([]);
      expect(told('group').filter((group) => !titles.includes(`${group} first`))).toEqual([]);
      // Each group is two conversations, written together.
      const firsts = titles.filter((title) => title.endsWith(' first')).map((title) => title.split(' ')[0]);
      const seconds = titles.filter((title) => title.endsWith(' second')).map((title) => title.split(' ')[0]);
      expect(new Set(firsts)).toEqual(new Set(seconds));
    },
  );
});
