/**
 * `restoring-process.ts URL FILE[@TIME]…`: restores one backup after the other, some of them with increments, until it is
 * killed; prints the number of each.
 */
import process from 'node:process';
import { loadDatabaseConfig, restoreBackup } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', ...files] = process.argv.slice(2);
const config = loadDatabaseConfig({ url, env: {} });
ready();
for (let turn = 0; turn < 1000; turn += 1) {
  const [file = '', to] = files[turn % files.length]?.split('@') ?? [];
  await restoreBackup(file, { config, ...(to === undefined ? {} : { to: new Date(to) }) });
  say(String(turn % files.length));
}
