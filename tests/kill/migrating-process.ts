/** `migrating-process.ts URL VARIANT`: migrates slowly, and prints `part N` after each part. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';
import { ownMigrations, type Variant } from './own-migrations.ts';

const PART_MS = 20;

const [url = '', variant = ''] = process.argv.slice(2);
const migrations = ownMigrations(variant as Variant, async (part) => {
  say(`part ${part}`);
  await sleep(PART_MS);
});
const database = openDatabase({ url, env: {}, migrations });
await database.connect();
ready();
await database.migrations.migrate();
say('done');
await database.close();
