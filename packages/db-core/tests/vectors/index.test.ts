import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  buildVectorIndex,
  type Database,
  databaseHealth,
  databaseInfo,
  dropVectorIndex,
  newId,
  vectorCapabilities,
  VectorIndexUnavailableError,
  Vectors,
} from '../../src/index.ts';
import { parseDatabaseUrl } from '../../src/config/index.ts';
import { SqliteConnection } from '../../src/engine/sqlite/connection.ts';
import { inspectSqlite, type Rows } from '../../src/engine/sqlite/inspect.ts';
import { kernelOf } from '../../src/database/database.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { givenVectors, noteOf, openOn, startVectorServer, type VectorServer } from './support.ts';

const to = Float32Array.of(1, 0);

interface Stage {
  open(): Promise<Database>;
}

/** What holds of either extension. */
function behaves(stage: Stage): void {
  const idsFor = async (vectors: Vectors, userId: string): Promise<string[]> =>
    (await vectors.nearest({ userId, to })).map(({ entityId }) => entityId);

  it('is told of before it is built, and after', async () => {
    await using database = await stage.open();
    const before = await vectorCapabilities(database);
    expect(before).toMatchObject({ search: 'exact-scan', hint: 'Run `keelson vectors index`.' });
    expect(before.message).toContain('is there, and has no index yet');
    const progress: number[] = [];
    expect(await buildVectorIndex(database, { onProgress: ({ done }) => progress.push(done) })).toBe(0);
    expect(await vectorCapabilities(database)).toMatchObject({ search: before.extension, hint: null });
    await dropVectorIndex(database);
    expect(await vectorCapabilities(database)).toEqual(before);
  });

  it('has what was there before it, and what comes, changes and goes afterwards', async () => {
    await using database = await stage.open();
    const vectors = new Vectors(database, givenVectors(2));
    const [first, second, third] = [noteOf([1, 0]), noteOf([1, 1]), noteOf([0, 1])];
    await vectors.embedPending('ada', [first, second]);
    expect(await buildVectorIndex(database)).toBe(2);
    expect(await idsFor(vectors, 'ada')).toEqual([first.entityId, second.entityId]);
    await vectors.embedPending('ada', [third, noteOf([-1, 0], { entityId: first.entityId })]);
    expect(await idsFor(vectors, 'ada')).toEqual([second.entityId, third.entityId, first.entityId]);
    await vectors.remove('ada', 'note', [second.entityId]);
    expect(await idsFor(vectors, 'ada')).toEqual([third.entityId, first.entityId]);
  });

  it('keeps users apart, also with rows of one id, and models and lengths', async () => {
    await using database = await stage.open();
    await buildVectorIndex(database);
    const vectors = new Vectors(database, givenVectors(2));
    const id = newId();
    for (const [user, vector] of [
      ['ada', [1, 0]],
      ['eve', [0, 1]],
    ] as const) {
      const bytes = Buffer.from(Float32Array.from(vector).buffer);
      await database.forUser(user).run((db) =>
        db.insertInto('search_embeddings').values({
          id,
          kind: 'note',
          entity_id: id,
          part: 0,
          model: 'given',
          dimensions: 2,
          content_hash: 'hash',
          vector: bytes,
          created_at: new Date(),
        }),
      );
    }
    await new Vectors(database, givenVectors(2, 'other')).embedPending('ada', [noteOf([1, 0])]);
    await new Vectors(database, givenVectors(3, 'given')).embedPending('ada', [noteOf([1, 0, 0])]);
    expect(await vectors.nearest({ userId: 'ada', to })).toEqual([
      { kind: 'note', entityId: id, part: 0, distance: 0 },
    ]);
    expect(await vectors.nearest({ userId: 'eve', to })).toEqual([
      { kind: 'note', entityId: id, part: 0, distance: 1 },
    ]);
    expect(await vectors.nearest({ userId: 'bob', to })).toEqual([]);
    await database.forUser('eve').run((db) => db.deleteFrom('search_embeddings').where('id', '=', id));
    expect(await vectors.nearest({ userId: 'eve', to })).toEqual([]);
    expect(await vectors.nearest({ userId: 'ada', to })).toHaveLength(1);
  });

  it('sees what its own transaction wrote, and nothing of one that was undone', async () => {
    await using database = await stage.open();
    await buildVectorIndex(database);
    const vectors = new Vectors(database, givenVectors(2));
    const [kept, removed] = [noteOf([1, 0]), noteOf([1, 1])];
    await vectors.embedPending('ada', [kept, removed]);
    const undone = database.transaction('ada', async () => {
      await vectors.remove('ada', 'note', [removed.entityId]);
      expect(await idsFor(vectors, 'ada')).toEqual([kept.entityId]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await idsFor(vectors, 'ada')).toEqual([kept.entityId, removed.entityId]);
  });

  it('has more than one chunk of changes, of many users', async () => {
    await using database = await stage.open();
    const vectors = new Vectors(database, givenVectors(2));
    const users = ['ada', 'bob', 'eve'];
    for (const user of users) {
      const sources = Array.from({ length: 600 }, (_, index) => noteOf([1, index]));
      await vectors.embedPending(user, sources, { batchSize: 500 });
    }
    const told: { done: number; total: number }[] = [];
    expect(await buildVectorIndex(database, { onProgress: (progress) => told.push(progress) })).toBe(1800);
    expect(told.at(-1)).toEqual({ done: 1800, total: 1800 });
    for (const userId of users) expect(await vectors.nearest({ userId, to, limit: 700 })).toHaveLength(600);
  });

  it('leaves the schema valid, and is made anew where it is damaged', async () => {
    await using database = await stage.open();
    const vectors = new Vectors(database, givenVectors(2));
    await buildVectorIndex(database);
    await vectors.embedPending('ada', [noteOf([1, 0])]);
    await vectors.nearest({ userId: 'ada', to });
    await database.migrations.validate();
    expect(await databaseHealth(database)).toMatchObject({ status: 'healthy' });
    expect((await databaseInfo(database)).vectors).toMatchObject({ hint: null });
    // Without one of its triggers it would miss changes, so that it isn't used.
    const { engine } = kernelOf(database);
    const place = engine.kind === 'sqlite' ? '' : ' ON search_embeddings';
    await engine.exec(`DROP TRIGGER search_vector_changes_insert${place}`);
    expect(await vectorCapabilities(database)).toMatchObject({ search: 'exact-scan' });
    await vectors.embedPending('ada', [noteOf([1, 1])]);
    expect(await vectors.nearest({ userId: 'ada', to })).toHaveLength(2);
    expect(await buildVectorIndex(database)).toBe(2);
    expect(await vectors.nearest({ userId: 'ada', to })).toHaveLength(2);
  });
}

/** A connection without extensions. */
function openBare(url: string): { rows: Rows } & Disposable {
  const target = parseDatabaseUrl(url);
  if (target.engine !== 'sqlite') throw new Error('This is about files.');
  const connection = new SqliteConnection({ path: target.path, readonly: true, synchronous: 'normal' });
  return {
    rows: (sql, ...values) => connection.rows(sql, ...values),
    [Symbol.dispose]: () => connection.close(),
  };
}

describeEngine('sqlite', 'an index of sqlite-vec', (context) => {
  behaves({ open: async () => openOn(await context.url()) });

  it('does no harm to a program without sqlite-vec, and gets what that writes', async () => {
    const url = await context.url();
    const vectors = await openOn(url).then((database) => new Vectors(database, givenVectors(2)));
    await buildVectorIndex(vectors.database);
    const source = noteOf([1, 0]);
    await vectors.embedPending('ada', [source]);
    await vectors.nearest({ userId: 'ada', to });
    const raw = context.raw(url);
    using bare = openBare(url);
    // What opening a database looks at.
    const tables = inspectSqlite((sql, ...values) => bare.rows(sql, ...values)).tables.map(({ name }) => name);
    expect(tables).toContain('search_embeddings');
    expect(tables.filter((name) => name.startsWith('search_vectors'))).toEqual([]);
    await raw.query('DELETE FROM search_embeddings');
    await expect(raw.query('SELECT * FROM search_vectors_2')).rejects.toThrow('no such module');
    expect(await raw.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await vectors.nearest({ userId: 'ada', to })).toEqual([]);
    await vectors.database.close();
  });
});

describe('an index of pgvector', () => {
  let server: VectorServer;
  beforeAll(async () => {
    server = await startVectorServer();
  }, 60_000);
  afterAll(() => server.close());

  beforeEach(async () => {
    await using database = await openOn(server.url);
    await dropVectorIndex(database);
    await kernelOf(database).engine.exec('TRUNCATE search_embeddings');
  });

  behaves({ open: () => openOn(server.url) });

  it('is empty when the table is emptied', async () => {
    await using database = await openOn(server.url);
    const vectors = new Vectors(database, givenVectors(2));
    await buildVectorIndex(database);
    await vectors.embedPending('ada', [noteOf([1, 0])]);
    await vectors.nearest({ userId: 'ada', to });
    await kernelOf(database).engine.exec('TRUNCATE search_embeddings');
    expect(await vectors.nearest({ userId: 'ada', to })).toEqual([]);
  });

  it('is found where the extension is in a schema of its own', async () => {
    await using database = await openOn(server.url);
    const { engine } = kernelOf(database);
    await engine.exec('DROP EXTENSION IF EXISTS vector CASCADE; CREATE SCHEMA "Extra Things"');
    await engine.exec('CREATE EXTENSION vector SCHEMA "Extra Things"');
    const vectors = new Vectors(database, givenVectors(2));
    await buildVectorIndex(database);
    await vectors.embedPending('ada', [noteOf([1, 0])]);
    expect(await vectors.nearest({ userId: 'ada', to })).toHaveLength(1);
    expect(await vectorCapabilities(database)).toMatchObject({ search: 'pgvector' });
  });
});

describeEngine('postgres', 'a server without pgvector', (context) => {
  it('says what to install, and searches all the same', async () => {
    const database = await context.open();
    const capabilities = await vectorCapabilities(database);
    if (capabilities.version !== null) return;
    expect(capabilities).toEqual({
      search: 'exact-scan',
      extension: 'pgvector',
      version: null,
      message: 'Vectors are searched by an exact scan. The extension pgvector is not installed on the server.',
      hint: "Install pgvector on the server; Debian's package is postgresql-NN-pgvector. Then run `keelson vectors index`.",
    });
    await expect(buildVectorIndex(database)).rejects.toThrow(VectorIndexUnavailableError);
    await expect(dropVectorIndex(database)).rejects.toThrow(VectorIndexUnavailableError);
  });
});
