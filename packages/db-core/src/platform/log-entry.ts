import type { RowOf } from '../database/query.ts';
import type { LogLevel } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';
import { keptText } from './kept.ts';
import { loggableJson } from './redact.ts';
import type { list, NewEntry } from './system-log.repository.ts';
import { idAt } from './time-ids.ts';

/** A line for the log. Texts that are too long are cut. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  /** Which program or part says it. Default: `keelson`. */
  readonly logger?: string;
  readonly requestId?: string | null;
  /** UUID. */
  readonly jobId?: string | null;
  /** UUID. */
  readonly sessionId?: string | null;
  /** What belongs to it; the values of members that usually hold secrets are left out. */
  readonly details?: unknown;
  readonly stack?: string | null;
  /** Default: now. */
  readonly at?: Date;
}

/** A line of the log as it is kept. */
export interface LogEntry {
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

const LONGEST_MESSAGE = 8000;
const LONGEST_STACK = 32_768;
const LONGEST_NAME = 200;

export function newEntry({ level, message, at = new Date(), ...line }: LogLine): NewEntry {
  return {
    id: idAt(at),
    level,
    logger: nameOf(line.logger) ?? 'keelson',
    message: keptText(message, LONGEST_MESSAGE),
    requestId: nameOf(line.requestId),
    jobId: line.jobId ?? null,
    sessionId: line.sessionId ?? null,
    details: line.details === undefined ? null : loggableJson(line.details),
    stack: line.stack === undefined || line.stack === null ? null : keptText(line.stack, LONGEST_STACK),
    at,
  };
}

function nameOf(text: string | null | undefined): string | null {
  return text === undefined || text === null || text === '' ? null : keptText(text, LONGEST_NAME);
}

export function toLogEntry(row: RowOf<(typeof list)['row']>): LogEntry {
  return {
    id: row.id,
    level: row.level,
    logger: row.logger,
    message: row.message,
    requestId: row.request_id,
    jobId: row.job_id,
    sessionId: row.session_id,
    details: row.details,
    stack: row.stack,
    at: row.created_at,
  };
}
