import process from 'node:process';
import { asKeelsonError, loadConfig, openDatabase, readEnvironment, SystemAccessRecorder } from '@keelson/db-core';
import type { FastifyBaseLogger } from 'fastify';
import { createLogger, keptLines, logDatabaseEvents } from './logging.ts';
import { registerApi } from './register.ts';
import { startServer } from './start.ts';
import { stopSignal } from './stop-signal.ts';

/** After the time for requests: what the database may still need. */
const CLOSE_MS = 20_000;

/** Runs the API as a program of its own, configured by the environment, until it is told to stop. Gives the exit code. */
export async function serve(): Promise<number> {
  let logger = createLogger();
  try {
    const config = loadConfig(readEnvironment());
    const kept = keptLines(config);
    logger = createLogger({ kept });
    const accesses = new SystemAccessRecorder({ next: logDatabaseEvents(logger, { echo: config.database.echo }) });
    const database = openDatabase({
      config: config.database,
      onEvent: accesses.listener,
      applicationName: 'keelson-api',
    });
    try {
      await database.initialize();
      kept?.stream.attach(database);
      accesses.start(database);
      const instance = await registerApi(database, logger);
      // From the moment on that it is there, nobody's request is cut off.
      const stopped = stopSignal();
      const server = await startServer({ database, http: config.http, embedder: config.embedder, logger });
      const signal = await stopped;
      logger.info({ signal }, 'the API stops');
      endInTime(logger);
      await server.close();
      await instance.end();
    } finally {
      await accesses.stop();
      await kept?.stream.close();
      await database.close();
    }
    logger.info('the API has stopped');
    return 0;
  } catch (error) {
    const known = asKeelsonError(error);
    logger.fatal({ err: error, code: known.code, hint: known.hint }, known.message);
    return known.exitCode;
  }
}

/** A statement that doesn't end must not keep the process from ending. */
function endInTime(logger: FastifyBaseLogger): void {
  setTimeout(() => {
    logger.error({ timeoutMs: CLOSE_MS }, 'what is still under way is given up');
    process.exit(1);
  }, CLOSE_MS).unref();
}
