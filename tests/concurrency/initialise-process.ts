/** `initialise-process.ts URL USER`: opens a database that may be new, writes a row, and prints which migrations it ran. */
import process from 'node:process';
import { newId, openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';
import { insertConversation } from './queries.ts';

const [url = '', userId = ''] = process.argv.slice(2);
const ran: string[] = [];
const database = openDatabase({
  url,
  env: {},
  onEvent: (event) => {
    if (event.type === 'migration') ran.push(event.name);
  },
});
// Nothing but a first statement: it makes the database ready.
await database.forUser(userId).run(insertConversation, { id: newId(), now: new Date() });
await database.close();
say(ran);
