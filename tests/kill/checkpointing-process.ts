/** `checkpointing-process.ts URL`: puts one checkpoint after the other until it is killed, and prints each id that is stored. */
import process from 'node:process';
import { KeelsonSaver } from '@keelson/conversations/langgraph';
import { openDatabase } from '@keelson/db-core';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import { ready, say } from '../support/script.ts';

/** It is killed long before that. */
const MOST_STEPS = 100_000;

const [url = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
const saver = new KeelsonSaver(database, 'ada');
let config: Parameters<typeof saver.put>[0] = { configurable: { thread_id: 'thread' } };
await database.initialize();
ready();
for (let step = 1; step <= MOST_STEPS; step += 1) {
  const changed = { large: step, small: step };
  const checkpoint = {
    ...emptyCheckpoint(),
    id: uuid6(step),
    channel_values: { large: `${step} `.repeat(20_000), small: step, first: 'first' },
    channel_versions: { ...changed, first: 1 },
  };
  const versions = step === 1 ? checkpoint.channel_versions : changed;
  config = await saver.put(config, checkpoint, { source: 'loop', step, parents: {} }, versions);
  say(checkpoint.id);
}
