import { defineSystemQuery } from '../database/query.ts';
import type { LogLevel } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';

const columns = [
  'id',
  'level',
  'logger',
  'message',
  'request_id',
  'job_id',
  'session_id',
  'details',
  'stack',
  'created_at',
] as const;

export interface NewEntry {
  readonly id: string;
  readonly level: LogLevel;
  readonly logger: string;
  readonly message: string;
  readonly requestId: string | null;
  readonly jobId: string | null;
  readonly sessionId: string | null;
  readonly details: JsonValue;
  readonly stack: string | null;
  readonly at: Date;
}

/** One that is sent again, because it wasn't known whether it had arrived, is there once. */
export const insert = defineSystemQuery('systemLogs.insert', (db, p: NewEntry) =>
  db
    .insertInto('system_logs')
    .values({
      id: p.id,
      level: p.level,
      logger: p.logger,
      message: p.message,
      request_id: p.requestId,
      job_id: p.jobId,
      session_id: p.sessionId,
      details: p.details,
      stack: p.stack,
      created_at: p.at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

/** A page, newest first: between two ids, which are times too. `pattern` is for LIKE, on the message in lower case. */
export interface PageOfEntries {
  readonly after: string;
  readonly before: string;
  readonly levels: readonly LogLevel[];
  readonly pattern: string;
  readonly limit: number;
}

export const list = defineSystemQuery('systemLogs.list', (db, p: PageOfEntries) =>
  db
    .selectFrom('system_logs')
    .select(columns)
    .where('id', '>', p.after)
    .where('id', '<', p.before)
    .where('level', 'in', p.levels)
    .where((eb) => eb(eb.fn<string>('lower', ['message']), 'like', p.pattern))
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listOfLevel = defineSystemQuery('systemLogs.listOfLevel', (db, p: PageOfEntries & { level: LogLevel }) =>
  db
    .selectFrom('system_logs')
    .select(columns)
    .where('level', '=', p.level)
    .where('id', '>', p.after)
    .where('id', '<', p.before)
    .where((eb) => eb(eb.fn<string>('lower', ['message']), 'like', p.pattern))
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listOfLogger = defineSystemQuery('systemLogs.listOfLogger', (db, p: PageOfEntries & { logger: string }) =>
  db
    .selectFrom('system_logs')
    .select(columns)
    .where('logger', '=', p.logger)
    .where('id', '>', p.after)
    .where('id', '<', p.before)
    .where('level', 'in', p.levels)
    .where((eb) => eb(eb.fn<string>('lower', ['message']), 'like', p.pattern))
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listOfRequest = defineSystemQuery(
  'systemLogs.listOfRequest',
  (db, p: PageOfEntries & { requestId: string }) =>
    db
      .selectFrom('system_logs')
      .select(columns)
      .where('request_id', '=', p.requestId)
      .where('id', '>', p.after)
      .where('id', '<', p.before)
      .where('level', 'in', p.levels)
      .where((eb) => eb(eb.fn<string>('lower', ['message']), 'like', p.pattern))
      .orderBy('id', 'desc')
      .limit(p.limit),
);

export const listOfRequestAndLogger = defineSystemQuery(
  'systemLogs.listOfRequestAndLogger',
  (db, p: PageOfEntries & { requestId: string; logger: string }) =>
    db
      .selectFrom('system_logs')
      .select(columns)
      .where('request_id', '=', p.requestId)
      .where('logger', '=', p.logger)
      .where('id', '>', p.after)
      .where('id', '<', p.before)
      .where('level', 'in', p.levels)
      .where((eb) => eb(eb.fn<string>('lower', ['message']), 'like', p.pattern))
      .orderBy('id', 'desc')
      .limit(p.limit),
);

/** Oldest first, for those who follow. */
export const listAfter = defineSystemQuery('systemLogs.listAfter', (db, p: { after: string; limit: number }) =>
  db.selectFrom('system_logs').select(columns).where('id', '>', p.after).orderBy('id').limit(p.limit),
);
