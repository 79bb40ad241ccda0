import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConnectionTimeoutError,
  type Database,
  type DatabaseConfig,
  type DatabaseTarget,
  ensureIdentity,
  type Identity,
  KeelsonError,
  loadDatabaseConfig,
  openDatabase,
} from '@keelson/db-core';
import type { Context } from './context.ts';
import { eventLines } from './events.ts';

export interface UseOptions {
  /** Make a SQLite file that is missing? Only commands that write do. */
  readonly create: boolean;
  /** Connect before the work begins, so that what is wrong is told at once? Default: true. */
  readonly connect?: boolean;
  /** Make its tables, if it is a new one, and say which database it is? For commands that write. Default: false. */
  readonly initialize?: boolean;
}

const CLOSE_MS = 3000;
const COMMAND_STATEMENT_TIMEOUT_MS = 60_000;

/** Opens the database, does the work, and closes it again, also after Ctrl-C. */
export async function useDatabase<T>(
  context: Context,
  { create, connect = true, initialize = false }: UseOptions,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const config = commandConfig(context);
  const database = openForCommand(context, config, create);
  try {
    return await context.interrupt.race(
      (async () => {
        if (connect) await inTime(database.connect(), config);
        if (initialize) await initializeDatabase(context, database);
        return work(database);
      })(),
    );
  } finally {
    await closeSoon(database);
  }
}

/** Makes the tables of a new database, refuses one that isn't as it should be, and gives it its identity. */
export async function initializeDatabase({ config }: Context, database: Database): Promise<Identity> {
  await database.initialize();
  return ensureIdentity(database, config.environment);
}

/** As {@link useDatabase} opens it, for commands that end by themselves after Ctrl-C. */
export function openForCommand(context: Context, config: DatabaseConfig, create: boolean): Database {
  const onEvent = eventLines({
    echo: config.echo,
    verbose: context.verbose,
    write: (line) => context.output.note(line),
  });
  return openDatabase({
    config,
    create,
    applicationName: 'keelson command',
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

/** A single command asks for more at once than a server's request does, and has nothing to protect by a breaker. */
export function commandConfig(
  { config, environment }: Context,
  database: DatabaseConfig = config.database,
): DatabaseConfig {
  const isSet = (environment['DATABASE_STATEMENT_TIMEOUT'] ?? '').trim() !== '';
  return {
    ...database,
    statementTimeoutMs: isSet ? database.statementTimeoutMs : COMMAND_STATEMENT_TIMEOUT_MS,
    breaker: { ...database.breaker, threshold: Number.MAX_SAFE_INTEGER },
  };
}

/** Each try to connect may take DATABASE_TIMEOUT; all of them together shall not take longer. */
async function inTime(connecting: Promise<void>, { timeoutMs, target }: DatabaseConfig): Promise<void> {
  const controller = new AbortController();
  const late = sleep(timeoutMs + GRACE_MS, undefined, { signal: controller.signal }).then(
    () => {
      throw new ConnectionTimeoutError(
        `The database ${locationOf(target)} did not answer within ${timeoutMs / 1000} s.`,
      );
    },
    () => undefined,
  );
  try {
    await Promise.race([connecting, late]);
  } finally {
    controller.abort();
  }
}

/** What ends by itself at the same time says better what was wrong. */
const GRACE_MS = 250;

/** Another database than the one of the command: a URL, or a file by its path. */
export function otherDatabase({ config, environment }: Context, place: string): DatabaseConfig {
  const url = /^(?:sqlite|postgres(?:ql)?):/.test(place)
    ? place
    : `sqlite:///${resolve(config.home, place).replaceAll(/[%?#]/g, encodeURIComponent)}`;
  return loadDatabaseConfig({ url, env: environment, cwd: config.home });
}

/** Waits for what still runs, but not for long: what is cut off is undone by the database. */
export async function closeSoon(database: Database): Promise<void> {
  await Promise.race([database.close(), sleep(CLOSE_MS, undefined, { ref: false })]);
}

const POLL_MS = 300;

/**
 * Waits for a database that is just starting, at most DATABASE_TIMEOUT, and then says what is wrong with it. What
 * waiting doesn't mend is told at once.
 */
export async function waitForDatabase(context: Context): Promise<void> {
  const config = commandConfig(context);
  const deadline = performance.now() + config.timeoutMs;
  let told = false;
  for (;;) {
    const remaining = Math.max(100, deadline - performance.now());
    const attempt = { ...config, timeoutMs: remaining, initRetry: { count: 0, delayMs: 0 } };
    const database = openForCommand(context, attempt, true);
    try {
      await context.interrupt.race(inTime(database.connect(), attempt));
      return;
    } catch (error) {
      const worthWaiting = error instanceof KeelsonError && error.retriable;
      if (!worthWaiting || performance.now() + POLL_MS >= deadline) throw error;
      if (!told) context.output.note(`Waiting for the database ${locationOf(config.target)}: ${error.message}`);
      told = true;
    } finally {
      await closeSoon(database);
    }
    await context.interrupt.race(sleep(POLL_MS));
  }
}

/** Where it is, without credentials. */
function locationOf(target: DatabaseTarget): string {
  return target.engine === 'sqlite' ? target.path : target.location;
}

/** What its people call it: the file's name, or the database's on its server. */
export function nameOf(target: DatabaseTarget): string {
  return target.engine === 'sqlite' ? basename(target.path) : target.database;
}

/** How every command's document names the database. */
export function placeOf({ target }: DatabaseConfig): { engine: DatabaseTarget['engine']; database: string } {
  return { engine: target.engine, database: locationOf(target) };
}
