/** `consumer-process.ts URL NAME`: writes down every change that it is given, until it is stopped. */
import process from 'node:process';
import { newId, openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';
import { insertEffect } from './queries.ts';
import { effects } from './effects.ts';

const [url = '', consumer = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {}, migrations: [effects] });
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const system = database.system('a test');
say('started');
await database.changes.consume(
  consumer,
  async (changes) => {
    for (const { operation, key, userId, at } of changes)
      await system.run(insertEffect, { id: newId(), consumer, operation, key, owner: userId, at });
  },
  { signal: stop.signal, batchSize: 20, leaseMs: 400 },
);
await database.close();
say('stopped');
