import type { LogLevel } from '../schema/enumerations.ts';
import type { LogLine } from './log-entry.ts';

const LEVELS: ReadonlyMap<unknown, LogLevel> = new Map<unknown, LogLevel>([
  ['trace', 'DEBUG'],
  ['debug', 'DEBUG'],
  ['info', 'INFO'],
  ['warn', 'WARNING'],
  ['error', 'ERROR'],
  ['fatal', 'CRITICAL'],
  [10, 'DEBUG'],
  [20, 'DEBUG'],
  [30, 'INFO'],
  [40, 'WARNING'],
  [50, 'ERROR'],
  [60, 'CRITICAL'],
]);

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A line as pino writes it. What can't be read as one is kept as a message all the same. */
export function fromPinoLine(text: string, logger: string): LogLine {
  const members = parsed(text);
  if (members === undefined) return { level: 'INFO', logger, message: text };
  const { level, time, msg, name, requestId, reqId, jobId, sessionId, err, ...rest } = members;
  const { stack, ...error } = typeof err === 'object' && err !== null ? (err as { stack?: unknown }) : {};
  const request = requestId ?? reqId;
  const details = {
    ...rest,
    ...(err === undefined ? {} : { err: typeof err === 'object' ? error : err }),
    ...(isUuid(jobId) || jobId === undefined ? {} : { jobId }),
    ...(isUuid(sessionId) || sessionId === undefined ? {} : { sessionId }),
  };
  return {
    level: LEVELS.get(level) ?? 'INFO',
    logger: typeof name === 'string' ? name : logger,
    message: typeof msg === 'string' ? msg : '',
    requestId: typeof request === 'string' || typeof request === 'number' ? String(request) : null,
    jobId: isUuid(jobId) ? jobId : null,
    sessionId: isUuid(sessionId) ? sessionId : null,
    ...(Object.keys(details).length === 0 ? {} : { details }),
    stack: typeof stack === 'string' ? stack : null,
    at: timeOf(time),
  };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

function timeOf(time: unknown): Date {
  const at = typeof time === 'string' || typeof time === 'number' ? new Date(time) : new Date();
  return Number.isNaN(at.getTime()) ? new Date() : at;
}
