import { AsyncLocalStorage } from 'node:async_hooks';
import type { DatabaseEvent, EventListener } from '@keelson/db-core';
import type { FastifyBaseLogger } from 'fastify';
import { type DestinationStream, destination, type Level, pino } from 'pino';

const secrets = ['authorization', 'cookie', 'password', 'secret', 'token'];

export interface LoggerOptions {
  /** Default: `info`. */
  readonly level?: Level | 'silent';
  /** Default: stderr, because a command's stdout is for its result. */
  readonly stream?: DestinationStream;
}

/** A logger that writes one JSON object a line, without the members that usually hold secrets. */
export function createLogger({ level = 'info', stream }: LoggerOptions = {}): FastifyBaseLogger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[hidden]' },
    },
    // Written at once: what is said last, before the process ends, is what somebody will look for.
    stream ?? destination({ dest: 2, sync: true }),
  );
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
    case 'connection-error':
      return { level: 'error', message: 'a database connection broke' };
    case 'transaction':
    case 'connection-wait':
    case 'lock-wait':
      return undefined;
  }
}
