/** `migrating-process.ts URL`: runs what is due of an application's migrations; says when it begins and when it is done. */
import process from 'node:process';
import { openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';
import { largeMigrations } from './large-migrations.ts';

const [url = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: { DATABASE_TIMEOUT: '5' }, migrations: largeMigrations });
await database.connect();
ready();
await database.migrations.migrate();
say('done');
await database.close();
