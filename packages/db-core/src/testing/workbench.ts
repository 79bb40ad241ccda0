import { createHash } from 'node:crypto';
import process from 'node:process';
import type { Environment } from '../config/index.ts';
import { type Database, type OpenOptions, switchOffGuard } from '../database/database.ts';
import { openDatabase } from '../open-database.ts';
import type { EngineKind } from '../engine/contract.ts';
import type { Migration } from '../schema/migration.ts';
import { checksumOf } from '../schema/recording.ts';
import type { PostgresDatabases } from './postgres-databases.ts';
import { openRaw, type RawConnection } from './raw.ts';
import { SqliteFiles } from './sqlite-files.ts';
import { currentRun } from './test-run.ts';

/** As for `openDatabase`; the settings are the defaults, not this process's environment, unless `env` gives some. */
export interface TestOpenOptions extends Omit<OpenOptions, 'url' | 'config'> {
  /**
   * `off`: queries are narrowed to no user, and inserts name `user_id` themselves, so that a test shows what row security
   * does by itself. Refused where that isn't on.
   */
  readonly guard?: 'on' | 'off';
}

/** An own set of migrations that a fresh database has had. */
export interface FreshOptions {
  readonly migrations?: readonly Migration[] | undefined;
}

type Closing = () => Promise<void>;

/** Everything that one test opened, or one suite; closes and drops it again. */
export class Workbench {
  readonly #engine: EngineKind;
  readonly #postgres: PostgresDatabases | undefined;
  readonly #sqlite: SqliteFiles;
  readonly #closings: Closing[] = [];

  constructor(engine: EngineKind, postgres: PostgresDatabases | undefined) {
    this.#engine = engine;
    this.#postgres = postgres;
    this.#sqlite = new SqliteFiles(currentRun().folder);
  }

  async open({ migrations, guard = 'on', ...options }: TestOpenOptions = {}): Promise<Database> {
    const url = await this.freshUrl({ migrations });
    const database = openDatabase({
      env: this.#settings,
      ...options,
      ...(migrations === undefined ? {} : { migrations }),
      url,
    });
    this.#closings.push(async () => {
      // It may be looking at the change feed, which is not the test's work.
      await database.cache.close();
      const { inUse, waiting } = database.pool();
      await database.close();
      if (inUse + waiting > 0)
        throw new Error(`The test left work behind: ${inUse} connections in use, ${waiting} waited for.`);
    });
    if (guard === 'off') switchOffGuard(database);
    await database.initialize();
    return database;
  }

  /** Whole suites can be run under row security: `KEELSON_TEST_ROW_SECURITY=true`. */
  get #settings(): Environment {
    if (this.#engine === 'sqlite') return {};
    return { DATABASE_ROW_SECURITY: process.env['KEELSON_TEST_ROW_SECURITY'] };
  }

  async freshUrl({ migrations = [] }: FreshOptions = {}): Promise<string> {
    const checksums = await Promise.all(migrations.map((migration) => checksumOf(migration, this.#engine)));
    const names = migrations.map(({ name }) => name);
    const key = createHash('sha256')
      .update([...names, ...checksums].join('\n'))
      .digest('hex')
      .slice(0, 12);
    const fill = (url: string): Promise<void> => migrated(url, migrations);
    if (this.#engine === 'sqlite') return this.#keepFile(this.#sqlite.clone(await this.#sqlite.template(key, fill)));
    const server = this.#server;
    return this.#keepDatabase(server, await server.clone(await server.template(key, fill)));
  }

  async emptyUrl(): Promise<string> {
    if (this.#engine === 'sqlite') return this.#keepFile(this.#sqlite.createEmpty());
    const server = this.#server;
    return this.#keepDatabase(server, await server.createEmpty());
  }

  raw(url: string): RawConnection {
    const connection = openRaw(url);
    this.#closings.push(() => connection.close());
    return connection;
  }

  /** In the reverse order of opening. Goes on after a failure, and throws them all at the end. */
  async clear(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closings.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1)
      throw new AggregateError(failures, `${failures.length} databases were not left as they should be.`);
  }

  get #server(): PostgresDatabases {
    if (this.#postgres !== undefined) return this.#postgres;
    throw new Error(
      "Tests on PostgreSQL need `globalSetup: ['@keelson/db-core/testing/global-setup']` in vitest's configuration.",
    );
  }

  #keepFile(path: string): string {
    this.#closings.push(async () => {
      const open = this.#sqlite.openFiles(path);
      this.#sqlite.drop(path);
      if (open.length > 0) throw new Error(`The test left files open: ${open.join(', ')}.`);
    });
    return this.#sqlite.urlOf(path);
  }

  #keepDatabase(server: PostgresDatabases, name: string): string {
    this.#closings.push(async () => {
      const sessions = await server.endOfSessions(name);
      await server.drop(name);
      if (sessions.length > 0) throw new Error(`The test left sessions open: ${sessions.join('; ')}.`);
    });
    return server.urlOf(name);
  }
}

async function migrated(url: string, migrations: readonly Migration[]): Promise<void> {
  const database = openDatabase({ url, env: {}, migrations });
  try {
    await database.initialize();
  } finally {
    await database.close();
  }
}
