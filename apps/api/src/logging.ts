import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type DatabaseEvent,
  type EventListener,
  HIDDEN_VALUE,
  type KeelsonConfig,
  LogStream,
  SECRET_NAMES,
} from '@keelson/db-core';
import type { FastifyBaseLogger } from 'fastify';
import { type DestinationStream, destination, type Level, multistream, pino } from 'pino';

export interface LoggerOptions {
  /** Default: `info`. */
  readonly level?: Level | 'silent';
  /** Default: stderr, because a command's stdout is for its result. */
  readonly stream?: DestinationStream;
  /** Keeps lines from a level on in the database, too. */
  readonly kept?: KeptLines | undefined;
}

export interface KeptLines {
  readonly level: Level;
  readonly stream: LogStream;
}

/** What keeps the API's log lines in the database, as the configuration says; undefined where it says `off`. */
export function keptLines({ logs: { databaseLevel } }: Pick<KeelsonConfig, 'logs'>): KeptLines | undefined {
  return databaseLevel === 'off' ? undefined : { level: databaseLevel, stream: new LogStream({ logger: 'api' }) };
}

/** A logger that writes one JSON object a line, without the members that usually hold secrets. */
export function createLogger({ level = 'info', stream, kept }: LoggerOptions = {}): FastifyBaseLogger {
  // Written at once: what is said last, before the process ends, is what somebody will look for.
  const main = stream ?? destination({ dest: 2, sync: true });
  return pino(
    {
      level: kept !== undefined && numberOf(kept.level) < numberOf(level) ? kept.level : level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: HIDDEN_VALUE },
    },
    kept === undefined ? main : multistream(level === 'silent' ? [kept] : [{ level, stream: main }, kept]),
  );
}

function numberOf(level: Level | 'silent'): number {
  return pino.levels.values[level] ?? Number.POSITIVE_INFINITY;
}

const current = new AsyncLocalStorage<FastifyBaseLogger>();

/** Runs the work so that what the database says meanwhile is logged with the request's id. */
export function withRequestLogger(logger: FastifyBaseLogger, work: () => void): void {
  current.run(logger, work);
}

/**
 * Turns the database's events into lines of the log, with the id of the request that they belong to.
 *
 * @example
 * ```ts
 * const logger = createLogger();
 * const database = openDatabase({ onEvent: logDatabaseEvents(logger) });
 * ```
 */
export function logDatabaseEvents(
  logger: FastifyBaseLogger,
  { echo = false }: { readonly echo?: boolean } = {},
): EventListener {
  return (event) => {
    if (event.type === 'query' && !echo) return;
    const line = describe(event);
    if (line === undefined) return;
    const { level, message } = line;
    const { type, ...particulars } = event;
    const { error, ...rest } = { error: undefined, ...particulars };
    // pino knows how to write errors by the name `err`.
    (current.getStore() ?? logger)[level](
      { event: type, ...rest, ...(error === undefined ? {} : { err: error }) },
      message,
    );
  };
}

interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

/** Undefined for what is there to be counted: see `/metrics`. */
function describe(event: DatabaseEvent): Line | undefined {
  switch (event.type) {
    case 'query':
      return { level: 'info', message: `query ${event.name}` };
    case 'slow-query':
      return { level: 'warn', message: `slow query ${event.name}` };
    case 'retry':
      return { level: 'warn', message: `${event.scope} is tried again` };
    case 'breaker':
      return {
        level: event.state === 'closed' ? 'info' : 'error',
        message: `the circuit to the database is ${event.state}`,
      };
    case 'system-access':
      return { level: 'debug', message: 'system access' };
    case 'migration':
      return { level: 'info', message: `migration ${event.name} ${event.direction}` };
    case 'replica':
      return {
        level: event.state === 'following' || event.state === 'joining' ? 'info' : 'warn',
        message: `the replica ${event.location} is ${event.state}`,
      };
    case 'cache-stale':
      return { level: 'warn', message: `the cache gave an old answer of ${event.name}` };
    case 'cache-store':
      return event.state === 'joined'
        ? { level: 'info', message: 'the shared cache is in use' }
        : { level: 'warn', message: 'the shared cache is left alone for a while' };
    case 'connection-error':
      return { level: 'error', message: 'a database connection broke' };
    case 'checkpoint-error':
      return { level: 'warn', message: 'the write-ahead log could not be written back beside the writers' };
    case 'transaction':
    case 'connection-wait':
    case 'lock-wait':
      return undefined;
  }
}
