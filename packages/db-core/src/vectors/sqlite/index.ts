import { createHash } from 'node:crypto';
import type { Kernel } from '../../database/kernel.ts';
import { IndexStatements, read, write } from '../index-statements.ts';
import { vectorBytes } from '../vector.ts';
import type { Candidate, IndexChange, IndexedVector, IndexSearch, VectorIndex } from '../vector-index.ts';

const TRIGGERS = ['insert', 'update', 'delete'] as const;
const triggerName = (kind: string): string => `search_vector_changes_${kind}`;

const IS_BUILT = read(
  'index.isBuilt',
  `SELECT count(*) = ${TRIGGERS.length} AS built FROM sqlite_schema
   WHERE type = 'trigger' AND name IN (${TRIGGERS.map((kind) => `'${triggerName(kind)}'`).join(', ')})`,
);
const TABLES = read(
  'index.tables',
  `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE % USING vec0(%' AND name GLOB 'search_vectors_[0-9]*'`,
);
const TAKE_CHANGES = read(
  'index.takeChanges',
  'SELECT seq, embedding_id AS id FROM search_vector_changes WHERE user_id = ? ORDER BY seq LIMIT ?',
);
const HAS_CHANGES = read('index.hasChanges', 'SELECT 1 FROM search_vector_changes WHERE user_id = ? LIMIT 1');
const FIND_USER = read('index.findUser', 'SELECT user_id FROM search_vector_changes ORDER BY user_id LIMIT 1');
const COUNT_CHANGES = read('index.countChanges', 'SELECT count(*) AS count FROM search_vector_changes');
const FORGET_CHANGES = write('index.forgetChanges', 'DELETE FROM search_vector_changes WHERE seq = ?');

/** One table of sqlite-vec for each length of vectors. A chunk of a user's has room for 64; larger ones are no faster. */
const tableSql = (dimensions: number): string => `
  CREATE VIRTUAL TABLE IF NOT EXISTS ${tableOf(dimensions)} USING vec0(
    entry text primary key,
    user_id text partition key,
    model text partition key,
    kind_key text,
    embedding float[${dimensions}] distance_metric=cosine,
    chunk_size=64
  )`;

function tableOf(dimensions: number): string {
  return `search_vectors_${dimensions}`;
}

/** The key must tell users apart, who may have rows of the same id. An id has 36 characters. */
function entryOf(userId: string, id: string): string {
  return `${id} ${userId}`;
}

/** Beyond twelve bytes sqlite-vec looks text up elsewhere, row by row. */
function kindKey(kind: string): string {
  return createHash('sha256').update(kind).digest('base64url').slice(0, 12);
}

/** A vector index of sqlite-vec. */
export class SqliteVectorIndex implements VectorIndex {
  readonly most = 4096;
  readonly #statements: IndexStatements;

  constructor(kernel: Kernel) {
    this.#statements = new IndexStatements(kernel);
  }

  async isBuilt(): Promise<boolean> {
    const [row] = await this.#statements.rows(IS_BUILT, undefined);
    return row?.['built'] === 1;
  }

  async create(): Promise<void> {
    const record = (...rows: readonly string[]): string =>
      `INSERT INTO search_vector_changes (user_id, embedding_id) ${rows.map((row) => `SELECT ${row}.user_id, ${row}.id`).join(' UNION ')};`;
    const trigger = (kind: (typeof TRIGGERS)[number], ...rows: readonly string[]): string =>
      `CREATE TRIGGER ${triggerName(kind)} AFTER ${kind.toUpperCase()} ON search_embeddings BEGIN ${record(...rows)} END`;
    await this.#statements.define('index.create', [
      ...(await this.#dropSql()),
      `CREATE TABLE search_vector_changes (seq INTEGER NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, embedding_id TEXT NOT NULL)`,
      'CREATE INDEX search_vector_changes_by_user ON search_vector_changes (user_id, seq)',
      trigger('insert', 'NEW'),
      trigger('update', 'NEW', 'OLD'),
      trigger('delete', 'OLD'),
      'INSERT INTO search_vector_changes (user_id, embedding_id) SELECT user_id, id FROM search_embeddings',
    ]);
  }

  async drop(): Promise<void> {
    await this.#statements.define('index.drop', await this.#dropSql());
  }

  async search({ userId, model, kind, vector, limit }: IndexSearch): Promise<readonly Candidate[]> {
    const table = tableOf(vector.length);
    if (!(await this.#tables(userId)).includes(table)) return [];
    const plan = read(
      kind === undefined ? 'index.search' : 'index.searchKind',
      `SELECT substr(entry, 1, 36) AS id, distance FROM ${table}
       WHERE embedding MATCH ? AND k = CAST(? AS INTEGER) AND user_id = ? AND model = ?${kind === undefined ? '' : ' AND kind_key = ?'}`,
    );
    const values = [vectorBytes(vector), limit, userId, model, ...(kind === undefined ? [] : [kindKey(kind)])];
    const rows = await this.#statements.rows(plan, userId, values);
    return rows.map((row) => ({ id: String(row['id']), distance: Number(row['distance']) }));
  }

  async takeChanges(userId: string, limit: number): Promise<readonly IndexChange[]> {
    const rows = await this.#statements.rows(TAKE_CHANGES, userId, [userId, limit]);
    return rows.map((row) => ({ seq: Number(row['seq']), id: String(row['id']) }));
  }

  async hasChanges(userId: string): Promise<boolean> {
    return (await this.#statements.rows(HAS_CHANGES, userId, [userId])).length > 0;
  }

  async findUserWithChanges(): Promise<string | undefined> {
    const [row] = await this.#statements.rows(FIND_USER, undefined);
    return row === undefined ? undefined : String(row['user_id']);
  }

  async countChanges(): Promise<number> {
    const [row] = await this.#statements.rows(COUNT_CHANGES, undefined);
    return Number(row?.['count']);
  }

  async forgetChanges(userId: string, changes: readonly IndexChange[]): Promise<void> {
    await this.#statements.runMany(
      FORGET_CHANGES,
      userId,
      changes.map(({ seq }) => [seq]),
    );
  }

  async replace(userId: string, ids: readonly string[], vectors: readonly IndexedVector[]): Promise<void> {
    const tables = new Set(await this.#tables(userId));
    for (const dimensions of new Set(vectors.map((vector) => vector.dimensions))) {
      if (tables.has(tableOf(dimensions))) continue;
      await this.#statements.rows(write('index.createTable', tableSql(dimensions)), userId);
      tables.add(tableOf(dimensions));
    }
    const entries = ids.map((id) => [entryOf(userId, id)]);
    for (const table of tables)
      await this.#statements.runMany(write('index.remove', `DELETE FROM ${table} WHERE entry = ?`), userId, entries);
    for (const [dimensions, rows] of Map.groupBy(vectors, (vector) => vector.dimensions)) {
      const insert = write(
        'index.insert',
        `INSERT INTO ${tableOf(dimensions)} (entry, user_id, model, kind_key, embedding) VALUES (?, ?, ?, ?, ?)`,
      );
      const values = rows.map(({ id, model, kind, vector }) => [
        entryOf(userId, id),
        userId,
        model,
        kindKey(kind),
        vector,
      ]);
      await this.#statements.runMany(insert, userId, values);
    }
  }

  async #tables(userId: string | undefined): Promise<string[]> {
    const rows = await this.#statements.rows(TABLES, userId);
    return rows.map((row) => String(row['name']));
  }

  async #dropSql(): Promise<string[]> {
    return [
      ...TRIGGERS.map((kind) => `DROP TRIGGER IF EXISTS ${triggerName(kind)}`),
      'DROP TABLE IF EXISTS search_vector_changes',
      ...(await this.#tables(undefined)).map((table) => `DROP TABLE ${table}`),
    ];
  }
}
