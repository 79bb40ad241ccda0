import { chownSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgresServer } from '@keelson/db-core/testing';
import pg from 'pg';

/** Where databases are made on a small disk. */
export interface Place {
  /** Gives the URL of a database without tables. */
  create(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  close(): Promise<void>;
}

export function placeOn(engine: string, small: string): Promise<Place> | Place {
  return engine === 'postgres' ? onServer(small) : inFiles(small);
}

function inFiles(small: string): Place {
  return {
    create: async (name) => {
      mkdirSync(join(small, name));
      return `sqlite:///${join(small, name, 'data.db')}`;
    },
    drop: async (name) => rmSync(join(small, name), { recursive: true }),
    close: async () => undefined,
  };
}

/** A server of this process's own, which sees the disk as this process does. Its log is elsewhere: a full one ends it. */
async function onServer(small: string): Promise<Place> {
  const server = await startPostgresServer();
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const { rows } = await admin.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const account = statSync(`/proc/${rows[0]?.pid}`);
  const space = join(small, 'space');
  mkdirSync(space, { mode: 0o700 });
  chownSync(space, account.uid, account.gid);
  await admin.query(`CREATE TABLESPACE small LOCATION '${space}'`);
  return {
    create: async (name) => {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 TABLESPACE small`);
      return Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
    },
    drop: async (name) => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
    close: async () => {
      await admin.end();
      await server.stop();
    },
  };
}
