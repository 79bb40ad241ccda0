/**
 * `load-process.ts URL PER_SECOND`: writes so many rows a second, if the machine can, until it is killed: two at a time, in a
 * transaction, each writer with numbers in order. Prints `WRITER NUMBER` when a transaction is committed.
 */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineQuery, newId, openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const WRITERS = 4;
const ROWS_EACH = 2;

const insert = defineQuery('load.insert', (db, p: { id: string; title: string; now: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: p.now, updated_at: p.now }),
);

const [url = '', perSecond = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
await database.initialize();

async function write(writer: number): Promise<void> {
  const pauseMs = (1000 * WRITERS * ROWS_EACH) / Number(perSecond);
  const begun = performance.now();
  for (let number = 0; number < 1_000_000; number += 1) {
    await database.transaction(`user ${writer}`, async (user) => {
      for (const part of ['first', 'second'])
        await user.run(insert, { id: newId(), title: `${number} ${part}`, now: new Date() });
    });
    say(`${writer} ${number}`);
    const early = begun + number * pauseMs - performance.now();
    if (early > 0) await sleep(early);
  }
}

ready();
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
