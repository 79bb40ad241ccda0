import { startPostgresServer } from '@keelson/db-core/testing';
import pg from 'pg';
import type { Population } from './population.ts';
import { seed } from './seed.ts';
import { type Stage, STORED_SQL } from './stage.ts';

const SEEDED = 'bench_seeded';

/** One database for each contender on a server of its own, copied from a seeded one. */
export async function openPostgresStage(population: Population): Promise<Stage> {
  const server = await startPostgresServer();
  const side = new Map<string, pg.Client>();
  const of = (name: string): pg.Client => {
    const known = side.get(name);
    if (known === undefined) throw new Error(`There is no copy ${name}.`);
    return known;
  };
  const urlOf = (database: string): string => Object.assign(new URL(server.url), { pathname: `/${database}` }).href;
  const admin = await connect(server.url);
  const close = async (): Promise<void> => {
    for (const client of [...side.values(), admin]) await client.end();
    await server.stop();
  };
  try {
    await admin.query(`create database ${SEEDED} template template0`);
    await seed(urlOf(SEEDED), population);
    const seeded = await connect(urlOf(SEEDED));
    // The server has no autovacuum; without this every plan would be a guess, and the first readers would set hint bits.
    await seeded.query('vacuum (analyze, freeze)');
    await seeded.end();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    async copy(name) {
      const database = `bench_${name}`;
      await admin.query(`create database ${database} template ${SEEDED}`);
      const url = urlOf(database);
      side.set(name, await connect(url));
      return { url, path: '' };
    },
    settle: () => undefined,
    async stored(name, conversationId) {
      const client = of(name);
      const conversation = await client.query(STORED_SQL.conversation, [conversationId]);
      const messages = await client.query(STORED_SQL.messages, [conversationId]);
      return [...conversation.rows, ...messages.rows];
    },
    async digest(name) {
      return (await of(name).query(STORED_SQL.digest)).rows[0];
    },
    close,
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
