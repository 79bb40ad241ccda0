/**
 * `flooding-process.ts URL THREAD PUTS`: puts so many checkpoints into this thread, and prints the id of each that
 * is stored. It closes nothing.
 */
import process from 'node:process';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { KeelsonSaver } from '@keelson/conversations/langgraph';
import { openDatabase } from '@keelson/db-core';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import { ready, say } from '../support/script.ts';

const [url = '', thread = '', puts = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
const saver = new KeelsonSaver(database, 'ada');
let config: Parameters<typeof saver.put>[0] = { configurable: { thread_id: thread } };
await database.initialize();
ready();
for (let step = 1; step <= Number(puts); step += 1) {
  const checkpoint = {
    ...emptyCheckpoint(),
    id: uuid6(step),
    channel_values: { large: `${step} `.repeat(5000) },
    channel_versions: { large: step },
  };
  config = await saver.put(config, checkpoint, { source: 'loop', step, parents: {} }, checkpoint.channel_versions);
  say(checkpoint.id);
  // What it says has to leave it.
  if (step % 50 === 0) await turnOfTheLoop();
}
say('done');
