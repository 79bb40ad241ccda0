import { Jobs, newId, Worker } from '@keelson/db-core';
import * as z from 'zod';
import { percentile, scaled } from './compare.ts';
import type { Figures, MechanismStage } from './contract.ts';

const JOBS = 2000;
const SAMPLES = 300;

/** Jobs that do nothing: what remains is the queue. */
export async function jobsFigures(stage: MechanismStage): Promise<Figures> {
  const { engine, scale, log } = stage;
  log('how many jobs a worker gets done');
  const one = await throughput(stage, 1);
  const eight = await throughput(stage, 8);
  log('how long a job waits for a worker that has nothing to do');
  const waits = await claimLatencies(stage, scaled(SAMPLES, scale, 5));
  return {
    [`${engine}.jobs.oneSlot.perSecond`]: one,
    [`${engine}.jobs.eightSlots.perSecond`]: eight,
    [`${engine}.jobs.claim.p50Ms`]: percentile(waits, 0.5),
    [`${engine}.jobs.claim.p99Ms`]: percentile(waits, 0.99),
  };
}

async function throughput(stage: MechanismStage, concurrency: number): Promise<number> {
  const count = scaled(JOBS, stage.scale, 20);
  const database = await stage.open();
  const jobs = new Jobs(database);
  jobs.define({ kind: 'benchmark.nothing', parameters: z.strictObject({}), run: async () => undefined });
  // Several owners take turns, as they do in life.
  for (const owner of ['ada', 'bob', 'eve', 'joe']) {
    await database.transaction(owner, async () => {
      for (let made = 0; made < count / 4; made += 1) await jobs.enqueue(owner, 'benchmark.nothing', {});
    });
  }
  const stop = new AbortController();
  let ended = 0;
  const begun = performance.now();
  await new Worker(jobs, {
    concurrency,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'trouble') throw event.error;
      if (event.type !== 'ended') return;
      ended += 1;
      if (ended >= count) stop.abort();
    },
  }).run();
  return (ended * 1000) / (performance.now() - begun);
}

/** From the moment before it is enqueued to its handler's first step, with the worker in the same process. */
async function claimLatencies(stage: MechanismStage, samples: number): Promise<number[]> {
  const database = await stage.open();
  const jobs = new Jobs(database);
  const begun = new Map<string, (at: number) => void>();
  jobs.define({
    kind: 'benchmark.note',
    parameters: z.strictObject({ key: z.string() }),
    run: async ({ parameters: { key } }) => begun.get(key)?.(performance.now()),
  });
  const stop = new AbortController();
  const working = new Worker(jobs, { concurrency: 1, signal: stop.signal }).run();
  const waits: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const key = newId();
    const { promise, resolve } = Promise.withResolvers<number>();
    begun.set(key, resolve);
    const asked = performance.now();
    const { id } = await jobs.enqueue('ada', 'benchmark.note', { key });
    waits.push((await promise) - asked);
    // The next one finds a worker that has nothing to do.
    while ((await jobs.get('ada', id)).completedAt === null);
  }
  stop.abort();
  await working;
  return waits;
}
