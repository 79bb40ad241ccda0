import { conversationsAdopter } from '@keelson/conversations';
import { adopt, loadDatabaseConfig, openDatabase, restoreBackup, verifyBackup } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { beforeAll, expect, it } from 'vitest';
import { fill, seen } from '../backup/content.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { refusalOf } from '../support/refusal.ts';
import { contentsOf, makeWrongFiles, type WrongFile } from './wrong-files.ts';

const OP = {} as Record<string, unknown>;
describeEngines('probe', (context) => {
  it('x', async () => {
    const folder = freshFolder();
    const wrong = await makeWrongFiles(folder);
    const url = await context.url();
    const config = loadDatabaseConfig({ url, env: {} });
    for (const [kind, file] of Object.entries(wrong)) {
      const before = contentsOf(folder);
      for (const [op, run] of Object.entries({
        restore: () => restoreBackup(file, { config }),
        verify: () => verifyBackup(file),
        adopt: async () => { await using database = openDatabase({ url, env: {} }); return await adopt(database, { files: [file], adopters: [conversationsAdopter] }); },
        ...(context.engine==='sqlite'?{migrate: async () => { await using database = openDatabase({ url: `sqlite:///${file}`, env: {}, create:false }); return await database.migrations.migrate(); }}:{}),
      })) {
        const r = await run().then(() => 'DONE', (e: any) => `${e.code} ${e.exitCode} | ${e.message} | ${e.hint}`);
        console.log(context.engine, op, kind, r.replaceAll(folder, 'F'), JSON.stringify(contentsOf(folder)) === JSON.stringify(before) ? '' : 'CHANGED ' + Object.keys(contentsOf(folder)).filter(k=>contentsOf(folder)[k]!==before[k]).concat(Object.keys(before).filter(k=>!(k in contentsOf(folder)))).join());
      }
    }
  });
});
