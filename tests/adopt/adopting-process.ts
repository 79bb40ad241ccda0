/** `adopting-process.ts URL FILE…`: adopts the files; says when it begins and what came of it. */
import process from 'node:process';
import { conversationsAdopter } from '@keelson/conversations';
import { adopt, openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', ...files] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
await database.initialize();
ready();
say(await adopt(database, { files, adopters: [conversationsAdopter] }));
await database.close();
