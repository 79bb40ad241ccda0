import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Database, openDatabase } from '@keelson/db-core';
import { startPostgresServer } from '@keelson/db-core/testing';
import pg from 'pg';
import type { EngineName } from '../scenarios.ts';

/** Where one engine's databases are made. */
export interface Place {
  /** The URL of a new database without tables. */
  create(): Promise<string>;
  close(): Promise<void>;
}

export const openPlace: Readonly<Record<EngineName, () => Promise<Place>>> = {
  sqlite: openFolder,
  postgres: openServer,
};

/** The databases of one mechanism: made when asked for, closed together. */
export class MechanismDatabases {
  readonly #place: Place;
  readonly #opened: Database[] = [];

  constructor(place: Place) {
    this.#place = place;
  }

  async open(options: Omit<NonNullable<Parameters<typeof openDatabase>[0]>, 'url' | 'config'> = {}): Promise<Database> {
    const database = openDatabase({ env: {}, ...options, url: await this.#place.create() });
    this.#opened.push(database);
    await database.initialize();
    return database;
  }

  async url(): Promise<string> {
    const url = await this.#place.create();
    await using database = openDatabase({ env: {}, url });
    await database.initialize();
    return url;
  }

  async close(): Promise<void> {
    for (const database of this.#opened.splice(0).reverse()) await database.close();
  }
}

async function openFolder(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  let made = 0;
  return {
    async create() {
      made += 1;
      const own = join(folder, String(made));
      mkdirSync(own, { mode: 0o700 });
      return `sqlite:///${join(own, 'bench.db')}`;
    },
    async close() {
      remove();
      process.off('exit', remove);
    },
  };
}

async function openServer(): Promise<Place> {
  const server = await startPostgresServer();
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  let made = 0;
  return {
    async create() {
      made += 1;
      const database = `bench_${made}`;
      await admin.query(`create database ${database} template template0`);
      return Object.assign(new URL(server.url), { pathname: `/${database}` }).href;
    },
    async close() {
      await admin.end();
      await server.stop();
    },
  };
}
