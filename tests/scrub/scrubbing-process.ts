/** `scrubbing-process.ts SOURCE COPY`: makes a scrubbed copy; it says how far it is, and `done` at the end. */
import process from 'node:process';
import { conversationSources } from '@keelson/conversations';
import { loadDatabaseConfig, openDatabase, scrubDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', copy = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
await database.initialize();
ready();
await scrubDatabase(database, {
  to: loadDatabaseConfig({ url: copy, env: {} }),
  sources: conversationSources,
  onProgress: ({ stage, table }) => say(`${stage} ${table ?? ''}`),
});
say('done');
await database.close();
