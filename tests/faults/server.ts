import { startPostgresServer, type TestServer } from '@keelson/db-core/testing';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';

/** What was acknowledged must outlast a server that ends at once; the harness's other servers needn't keep anything. */
const SETTINGS = ['synchronous_commit=on'];

export interface FaultyServer {
  readonly halt: TestServer['halt'];
  readonly resume: TestServer['resume'];
  /** The URL of a new database without tables. */
  create(): Promise<string>;
  /** One question on a connection of its own. */
  query(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** A server of this file's own, which its tests may treat badly. To be called where tests are declared. */
export function useServer(): FaultyServer {
  let server: TestServer | undefined;
  let made = 0;
  const started = (): TestServer => {
    if (server === undefined) throw new Error('The server is there only while tests run.');
    return server;
  };
  const query: FaultyServer['query'] = async (url, sql) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  beforeAll(async () => {
    server = await startPostgresServer({ settings: SETTINGS });
  });
  afterAll(() => server?.stop());
  return {
    halt: (mode) => started().halt(mode),
    resume: () => started().resume(),
    query,
    async create() {
      made += 1;
      await query(started().url, `create database faults_${made}`);
      return Object.assign(new URL(started().url), { pathname: `/faults_${made}` }).href;
    },
  };
}
