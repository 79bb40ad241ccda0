/** `backing-up-process.ts URL FOLDER`: makes backups, full and incremental, until it is killed; prints the file of each. */
import process from 'node:process';
import { Conversations } from '@keelson/conversations';
import { backupDatabase, backupIncrement, NoIncrement, openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
await database.initialize();
ready();
for (let turn = 0; turn < 1000; turn += 1) {
  await new Conversations(database, 'ada').createConversation({ title: `before turn ${turn}` });
  const made =
    turn % 3 === 2 ? await backupDatabase(database, { folder }) : await backupIncrement(database, { folder });
  if (made instanceof NoIncrement) throw new Error(made.why);
  say(made.file);
}
