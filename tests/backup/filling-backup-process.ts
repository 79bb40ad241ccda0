/**
 * `filling-backup-process.ts SMALL URL`: makes backups on a small disk until one finds no room, and prints the code of
 * that error and what is in the folder then.
 */
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { backupDatabase, KeelsonError, openDatabase, verifyBackup } from '@keelson/db-core';
import { say } from '../support/script.ts';

const [folder = '', url = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
const made: string[] = [];
let code: string | undefined;
for (let turn = 0; turn < 200 && code === undefined; turn += 1) {
  try {
    made.push((await backupDatabase(database, { folder })).file);
  } catch (error) {
    code = error instanceof KeelsonError ? error.code : String(error);
  }
}
for (const file of made) await verifyBackup(file).catch(() => made.splice(0));
await database.close();
say({ code, made: made.length, left: readdirSync(folder).length });
