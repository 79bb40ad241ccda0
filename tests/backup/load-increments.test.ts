import { join } from 'node:path';
import {
  ensureIdentity,
  loadDatabaseConfig,
  openDatabase,
  restoreBackup,
  takeBackup,
  takeIncrement,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { isLong } from '../faults/form.ts';
import { Child } from '../support/child.ts';
import { freshFolder } from '../support/fresh-folder.ts';

const PER_SECOND = 1000;
/** Each line is two rows. */
const LINES_BEFORE = isLong ? 10_000 : 500;
const INCREMENTS = isLong ? 5 : 2;
const script = join(import.meta.dirname, 'load-process.ts');

describeEngines('backups under a thousand writes a second', (context) => {
  it(
    'hold everything up to a moment, and nothing by half',
    { timeout: isLong ? 300_000 : 120_000 },
    async ({ annotate }) => {
      const folder = freshFolder();
      const url = await context.url();
      const database = openDatabase({ url, env: { BACKUP_FOLDER: folder } });
      await ensureIdentity(database, 'test');
      const writer = new Child(script, [url, String(PER_SECOND)]);
      await writer.line(LINES_BEFORE);
      const taken: { file: string; form: string; told: readonly string[] }[] = [];
      for (let turn = 0; turn <= INCREMENTS; turn += 1) {
        const told = [...writer.lines];
        const started = performance.now();
        const { file, form } = await (turn === 0 ? takeBackup : takeIncrement)(database);
        const lines = writer.lines.length - told.length;
        const perSecond = Math.round((2000 * lines) / (performance.now() - started));
        await annotate(`${form}: ${told.length} transactions before, ${lines} meanwhile (${perSecond} rows a second)`);
        expect(lines).toBeGreaterThan(0);
        taken.push({ file, form, told });
      }
      await writer.kill();
      await database.close();
      expect(taken.map(({ form }) => form)).toEqual([
        'backup',
        ...Array.from({ length: INCREMENTS }, () => 'increment'),
      ]);

      for (const { file, told } of isLong ? taken : taken.slice(-1)) {
        const copy = await context.emptyUrl();
        await restoreBackup(file, { config: loadDatabaseConfig({ url: copy, env: {} }) });
        const raw = context.raw(copy);
        const rows = await raw.query('SELECT user_id, title FROM conversations');
        await raw.close();
        const kept = new Set(
          rows.map((row) => `${String(row['user_id']).slice('user '.length)} ${String(row['title'])}`),
        );
        const missing = told.filter((line) => /^\d/.test(line)).flatMap((line) => [`${line} first`, `${line} second`]);
        expect(missing.filter((line) => !kept.has(line))).toEqual([]);
        // Each writer's rows are those up to some number, and both of each.
        for (const [who, own] of Map.groupBy([...kept], (line) => line.split(' ', 1)[0])) {
          const numbers = own.map((line) => Number(line.split(' ')[1]));
          expect(own.length, `writer ${who}`).toBe(2 * (Math.max(...numbers) + 1));
        }
      }
    },
  );
});
