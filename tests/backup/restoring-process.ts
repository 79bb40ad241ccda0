/** `restoring-process.ts URL FILE…`: restores one backup after the other until it is killed; prints the number of each. */
import process from 'node:process';
import { loadDatabaseConfig, restoreBackup } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', ...files] = process.argv.slice(2);
const config = loadDatabaseConfig({ url, env: {} });
ready();
for (let turn = 0; turn < 1000; turn += 1) {
  await restoreBackup(files[turn % files.length] ?? '', { config });
  say(String(turn % files.length));
}
