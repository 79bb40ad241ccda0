import { afterAll, afterEach, beforeEach, describe } from 'vitest';
import type { Database } from '../database/database.ts';
import type { EngineKind } from '../engine/contract.ts';
import { PostgresDatabases } from './postgres-databases.ts';
import type { RawConnection } from './raw.ts';
import { currentRun } from './test-run.ts';
import { type FreshOptions, type TestOpenOptions, Workbench } from './workbench.ts';

/**
 * What a block of tests gets for its engine. What a test opens is closed and dropped after it; what `beforeAll` opens,
 * after the block. The test fails when it leaves connections in use, sessions on the server or files open.
 */
export interface EngineContext {
  readonly engine: EngineKind;
  /** A fresh database with every migration and no rows, opened and initialised. */
  open(options?: TestOpenOptions): Promise<Database>;
  /** The URL of such a database, unopened: for other processes. */
  url(options?: FreshOptions): Promise<string>;
  /** The URL of a database without tables: on SQLite a file that isn't there yet. */
  emptyUrl(): Promise<string>;
  /** The bare driver. */
  raw(url: string): RawConnection;
}

/**
 * Runs a block of tests once for each engine.
 *
 * @example
 * ```ts
 * describeEngines('invoices', (context) => {
 *   it('are numbered without gaps', async () => {
 *     const database = await context.open();
 *     const user = database.forUser('ada');
 *     // …
 *   });
 * });
 * ```
 */
export function describeEngines(name: string, body: (context: EngineContext) => void): void {
  describeEngine('sqlite', name, body);
  describeEngine('postgres', name, body);
}

/** For what only one engine has; the block's name should say why. */
export function describeEngine(engine: EngineKind, name: string, body: (context: EngineContext) => void): void {
  describe(`${name} on ${engine}`, () => {
    const { serverUrl, id } = currentRun();
    const postgres =
      engine === 'postgres' && serverUrl !== undefined ? new PostgresDatabases(serverUrl, id) : undefined;
    const ofSuite = new Workbench(engine, postgres);
    const ofTest = new Workbench(engine, postgres);
    let current = ofSuite;
    beforeEach(() => {
      current = ofTest;
    });
    afterEach(async () => {
      current = ofSuite;
      await ofTest.clear();
    });
    afterAll(async () => {
      try {
        await ofSuite.clear();
      } finally {
        await postgres?.close();
      }
    });
    body({
      engine,
      open: (options) => current.open(options),
      url: (options) => current.freshUrl(options),
      emptyUrl: () => current.emptyUrl(),
      raw: (url) => current.raw(url),
    });
  });
}
