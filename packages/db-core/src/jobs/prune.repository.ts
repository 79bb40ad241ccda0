import { defineSystemQuery } from '../database/query.ts';

/** The next one who has jobs, whatever their state. */
export const nextOwner = defineSystemQuery('jobs.nextOwner', (db, p: { after: string }) =>
  db.selectFrom('jobs').select('user_id').where('user_id', '>', p.after).orderBy('user_id').limit(1),
);

interface Ended {
  readonly userId: string;
  readonly after: string;
  /** Ids begin with the time at which they were made: what ended long ago was made before that. */
  readonly below: string;
  readonly before: Date;
  readonly limit: number;
}

/** An owner's jobs that ended before a time, in the order of their ids. */
export const listEnded = defineSystemQuery('jobs.listEnded', (db, p: Ended) =>
  db
    .selectFrom('jobs')
    .select('id')
    .where('user_id', '=', p.userId)
    .where('id', '>', p.after)
    .where('id', '<', p.below)
    .where('completed_at', '<', p.before)
    .orderBy('id')
    .limit(p.limit),
);

interface Lines {
  readonly userId: string;
  readonly jobId: string;
  readonly limit: number;
}

export const listLinesOf = defineSystemQuery('jobs.listLinesOf', (db, p: Lines) =>
  db
    .selectFrom('job_logs')
    .select('id')
    .where('user_id', '=', p.userId)
    .where('job_id', '=', p.jobId)
    .orderBy('id')
    .limit(p.limit),
);

export const eraseLines = defineSystemQuery('jobs.eraseLines', (db, p: { userId: string; ids: readonly string[] }) =>
  db.deleteFrom('job_logs').where('user_id', '=', p.userId).where('id', 'in', p.ids),
);

/** Only what has ended still: one of them may have been tried again meanwhile. */
export const eraseEnded = defineSystemQuery(
  'jobs.eraseEnded',
  (db, p: { userId: string; ids: readonly string[]; before: Date }) =>
    db.deleteFrom('jobs').where('user_id', '=', p.userId).where('id', 'in', p.ids).where('completed_at', '<', p.before),
);
