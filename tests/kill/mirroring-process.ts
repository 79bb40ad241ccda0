/** `mirroring-process.ts SOURCE MIRROR`: keeps a mirror until it is killed or stopped, and says what it does. */
import process from 'node:process';
import { mirrorConversations } from '@keelson/conversations/mirror';
import { loadDatabaseConfig, openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', mirror = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
await database.initialize();
ready();
await mirrorConversations(database, {
  to: loadDatabaseConfig({ url: mirror, env: {} }),
  pageSize: 4,
  leaseMs: 300,
  onEvent: ({ type }) => say(type),
});
