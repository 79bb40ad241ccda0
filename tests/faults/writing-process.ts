/** `writing-process.ts URL NAME TIMEOUT_S`: one writer without a pause, until it is told to stop; then what came of it. */
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';
import { Load } from './load.ts';

const [url = '', name = '', timeout = ''] = process.argv.slice(2);
const stopped = once(process, 'SIGTERM');
await using database = openDatabase({ url, env: { DATABASE_TIMEOUT: timeout } });
await database.initialize();
const load = new Load(database, name);
load.start(2);
while (load.acknowledged === 0) await sleep(5);
ready();
await stopped;
say(await load.stop());
