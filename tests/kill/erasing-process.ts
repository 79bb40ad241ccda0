/** `erasing-process.ts URL OWNER`: erases an owner; it says how far it is, and `done` at the end. */
import process from 'node:process';
import { Erasures, openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', owner = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
const erasures = new Erasures(database);
await database.initialize();
ready();
await erasures.eraseOwner(owner, { onProgress: ({ table, done }) => say(`${table} ${done}`) });
say('done');
await database.close();
