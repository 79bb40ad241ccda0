import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { type Database, type Embedder, newId, openDatabase } from '../../src/index.ts';

/** PostgreSQL with pgvector, in this process and behind a socket, so that our own engine talks to it. */
export interface VectorServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startVectorServer(): Promise<VectorServer> {
  const db = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 30 });
  await server.start();
  return {
    url: `postgresql://postgres:postgres@${server.getServerConn()}/postgres?sslmode=disable`,
    close: async () => {
      await server.stop();
      await db.close();
    },
  };
}

/** Behind the socket all connections are one session, so that none may keep statements of its own. */
export async function openOn(url: string): Promise<Database> {
  const database = openDatabase({ url, env: { DATABASE_PREPARED_STATEMENTS: 'false' } });
  await database.initialize();
  return database;
}

/** An embedder whose vectors a test knows: the text is the vector, as JSON. */
export function givenVectors(dimensions: number, model = 'given'): Embedder & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    model,
    dimensions,
    asked,
    embed: async (texts) => {
      asked.push(...texts);
      return texts.map((text) => Float32Array.from(JSON.parse(text) as number[]));
    },
  };
}

/** One part of one row, with this vector. */
export function noteOf(values: readonly number[], { entityId = newId(), kind = 'note', part = 0 } = {}) {
  return { kind, entityId, parts: [{ part, text: JSON.stringify(values) }] };
}

/** The same numbers every time. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}
