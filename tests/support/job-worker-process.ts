/** `job-worker-process.ts URL CONCURRENCY LEASE_MS`: a worker of `test.effect`. Says what it begins; SIGTERM stops it. */
import process from 'node:process';
import { openDatabase, Worker } from '@keelson/db-core';
import { effectJobs, effectsMigration } from './job-effects.ts';
import { say } from './script.ts';

const [url = '', concurrency = '', leaseMs = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {}, migrations: [effectsMigration] });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const worker = new Worker(effectJobs(database), {
  concurrency: Number(concurrency),
  leaseMs: Number(leaseMs),
  pollMs: 50,
  graceMs: 5000,
  signal: stop.signal,
  onEvent: (event) => {
    if (event.type === 'started') say({ id: event.job.id, attempt: event.job.attempt });
    else if (event.type === 'ended' && event.ending.outcome === 'lost') say({ lost: event.job.id });
    else if (event.type === 'trouble') process.stderr.write(`${String(event.error)}\n`);
  },
});
say('ready');
await worker.run();
await database.close();
