/** `backing-up-process.ts URL FOLDER`: makes backups until it is killed; prints the file of each. */
import process from 'node:process';
import { backupDatabase, openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
await database.initialize();
ready();
for (let turn = 0; turn < 1000; turn += 1) say((await backupDatabase(database, { folder })).file);
