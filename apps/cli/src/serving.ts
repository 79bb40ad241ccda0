import process from 'node:process';
import { type Database, type HttpConfig, openDatabase, SystemAccessRecorder } from '@keelson/db-core';
import type { Context } from './context.ts';
import { closeSoon } from './database.ts';
import { InterruptedError } from './errors.ts';

export interface ServingOptions {
  /** Instead of KEELSON_HTTP_PORT. */
  readonly port: number | undefined;
  /** What the log tells of; warnings and errors always. */
  readonly log: 'info' | 'warn';
  /** Done before it listens. */
  readonly prepare: (database: Database) => Promise<void>;
  /** Called with the API's address once it listens. */
  readonly listening: (database: Database, url: string) => Promise<void>;
}

/**
 * Opens the database, serves the API and waits for Ctrl-C or SIGTERM; then takes no more requests, lets what is under
 * way finish, and closes. After SIGTERM the command ends with 0: a supervisor asked for it.
 */
export async function serveUntilStopped(
  context: Context,
  { port, log, prepare, listening }: ServingOptions,
): Promise<void> {
  const { interrupt, config, verbose } = context;
  const { createLogger, keptLines, logDatabaseEvents, registerApi, startServer } = await import('@keelson/api');
  const kept = keptLines(config);
  const logger = createLogger({ level: verbose ? 'debug' : log, kept });
  const { echo } = config.database;
  const accesses = new SystemAccessRecorder({ next: logDatabaseEvents(logger, { echo }) });
  const database = openDatabase({
    config: config.database,
    applicationName: 'keelson serve',
    onEvent: accesses.listener,
  });
  const http: HttpConfig = port === undefined ? config.http : { ...config.http, port };
  try {
    await interrupt.race(prepare(database));
    kept?.stream.attach(database);
    accesses.start(database);
    const instance = await interrupt.race(registerApi(database, logger));
    const server = await interrupt.race(startServer({ database, http, embedder: config.embedder, logger }));
    try {
      const stopped = stopAsked();
      await interrupt.race(listening(database, server.url));
      await interrupt.race(stopped);
    } catch (error) {
      // Ctrl-C is the ordinary way to end it.
      if (!(error instanceof InterruptedError)) throw error;
      context.exitCode = error.exitCode;
    } finally {
      context.output.note('Stopping: what is under way is finished.');
      await server.close();
      await instance.end();
    }
  } finally {
    await accesses.stop();
    await kept?.stream.close();
    await closeSoon(database);
  }
}

/** What a supervisor sends. Ctrl-C goes its own way. */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
  });
}
