import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import {
  type Database,
  type DatabaseEvent,
  defineQuery,
  newId,
  openDatabase,
  type ReplicaFigures,
} from '../../src/index.ts';
import type { Row } from '../../src/engine/contract.ts';
import { openRaw, type RawConnection } from '../../src/testing/raw.ts';
import { type ReplicatedServer, startReplicatedServer, type TestReplica } from '../../src/testing/index.ts';

export const insert = defineQuery('test.insert', (db, p: { id: string; title: string }) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: new Date(0), updated_at: new Date(0) }),
);
export const rename = defineQuery('test.rename', (db, p: { id: string; title: string }) =>
  db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
);
export const titleOf = defineQuery('test.titleOf', (db, p: { id: string }) =>
  db.selectFrom('conversations').select('title').where('id', '=', p.id),
);
export const titles = defineQuery('test.titles', (db) =>
  db.selectFrom('conversations').select(['id', 'title']).orderBy('id'),
);

/** PostgreSQL's programs where Debian's packages put them. */
function installedPrograms(): readonly { readonly name: string; readonly bin: string }[] {
  const folder = '/usr/lib/postgresql';
  return (existsSync(folder) ? readdirSync(folder) : [])
    .map((version) => ({ name: `the installed PostgreSQL ${version}`, bin: join(folder, version, 'bin') }))
    .filter(({ bin }) => existsSync(join(bin, 'postgres')));
}

/** What a test of replicas gets: a primary, its one replica, and ways to open the database. */
export interface Stage {
  readonly server: ReplicatedServer;
  readonly replica: TestReplica;
  /** The bare driver, to the primary and, each time anew since it may have been stopped meanwhile, to the replica. */
  readonly primary: RawConnection;
  readonly standby: Pick<RawConnection, 'query'>;
  readonly events: DatabaseEvent[];
  open(options?: { readonly readUrl?: string; readonly maxLagMs?: number }): Database;
  /** A user with a conversation that the replica has as well. */
  newUser(database: Database): Promise<{ readonly name: string; readonly id: string }>;
}

/** Runs the tests with the embedded server and with every one that is installed, each with a replica that streams. */
export function describeReplicas(name: string, body: (stage: () => Stage) => void): void {
  const programs = [{ name: 'the embedded PostgreSQL', bin: undefined }, ...installedPrograms()];
  describe.each(programs)(`${name} with $name`, ({ bin }) => {
    let server: ReplicatedServer;
    let stage: Stage | undefined;
    const opened: { close(): Promise<void> }[] = [];
    const ofSuite: { close(): Promise<void> }[] = [];
    beforeAll(async () => {
      server = await startReplicatedServer(bin === undefined ? {} : { bin });
      const replica = await server.addReplica();
      const primary = openRaw(server.url);
      ofSuite.push(primary);
      const events: DatabaseEvent[] = [];
      stage = {
        server,
        replica,
        primary,
        standby: { query: (sql) => queryOnce(replica.url, sql) },
        events,
        open: ({ readUrl = replica.url, maxLagMs = 5000 } = {}) => {
          const database = openDatabase({
            url: server.url,
            readUrl,
            env: { DATABASE_READ_MAX_LAG_MS: String(maxLagMs) },
            onEvent: (event) => events.push(event),
          });
          opened.push(database);
          return database;
        },
        newUser: async (database) => {
          const user = { name: `user-${newId()}`, id: newId() };
          await database.forUser(user.name).run(insert, { id: user.id, title: '0' });
          return user;
        },
      };
    });
    afterEach(async () => {
      stage?.events.splice(0);
      for (const each of opened.splice(0).reverse()) await each.close();
    });
    afterAll(async () => {
      for (const each of ofSuite) await each.close();
      await server.stop();
    });
    body(() => {
      if (stage === undefined) throw new Error('The servers are not there yet.');
      return stage;
    });
  });
}

async function queryOnce(url: string, sql: string): Promise<Row[]> {
  const connection = openRaw(url);
  try {
    return await connection.query(sql);
  } finally {
    await connection.close();
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 2500; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
  throw new Error('The condition did not come true.');
}

export function only(database: Database): ReplicaFigures {
  const [figures] = database.replicas();
  if (figures === undefined) throw new Error('There is no replica.');
  return figures;
}

/** Reads until the replica answers. */
export async function untilServed(database: Database, user: string): Promise<void> {
  const before = only(database).reads;
  await until(async () => {
    await database.forUser(user).all(titles);
    return only(database).reads > before;
  });
}

/** Reads for as long as the state isn't this one: nobody looks at replicas while nobody reads. */
export async function untilState(database: Database, user: string, state: ReplicaFigures['state']): Promise<void> {
  await until(async () => {
    await database.forUser(user).all(titles);
    return only(database).state === state;
  });
}
