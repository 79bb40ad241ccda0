import { asTimestamp } from '../database/guard/fragments.ts';
import { defineSystemQuery } from '../database/query.ts';

/** Every job has at least this priority. Said, it lets SQLite search the queue's index instead of going through it. */
const LOWEST = -1000;
const LONG_AGO = new Date(0);

/** A bounded part of the queue, by kind. */
export const countQueued = defineSystemQuery('queue.countQueued', (db, p: { limit: number }) =>
  db
    .selectFrom((inner) =>
      inner
        .selectFrom('jobs')
        .select(['kind', 'ready_at'])
        .where('ready_at', 'is not', null)
        .where('priority', '>=', LOWEST)
        .limit(p.limit)
        .as('queued'),
    )
    .select((eb) => [
      'queued.kind',
      eb.fn.countAll<number>().as('jobs'),
      asTimestamp(eb.fn.min('queued.ready_at')).as('oldest'),
    ])
    .groupBy('queued.kind'),
);

export const countRunning = defineSystemQuery('queue.countRunning', (db, p: { limit: number }) =>
  db
    .selectFrom((inner) =>
      inner.selectFrom('jobs').select('id').where('lease_until', '>', LONG_AGO).limit(p.limit).as('running'),
    )
    .select((eb) => eb.fn.countAll<number>().as('jobs')),
);
