import type { Kernel } from '../../database/kernel.ts';
import type { Plan } from '../../engine/contract.ts';
import { VectorIndexUnavailableError } from '../errors.ts';
import { IndexStatements, read, write } from '../index-statements.ts';
import { vectorOf } from '../vector.ts';
import type { Candidate, IndexChange, IndexedVector, IndexSearch, VectorIndex } from '../vector-index.ts';

const TRIGGERS = ['insert', 'update', 'delete', 'truncate'] as const;
const triggerName = (kind: string): string => `search_vector_changes_${kind}`;

const IS_BUILT = read(
  'index.isBuilt',
  `select count(*) = ${TRIGGERS.length} as built from pg_trigger
    where tgrelid = to_regclass('search_embeddings') and tgname in (${TRIGGERS.map((kind) => `'${triggerName(kind)}'`).join(', ')})`,
);
const FIND_SCHEMA = read(
  'index.findSchema',
  `select n.nspname as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'vector'`,
);
// Whoever reads them has them to himself: with two at the same rows the one with the older vector could write last.
const TAKE_CHANGES = {
  ...write(
    'index.takeChanges',
    'select seq, embedding_id as id from search_vector_changes where user_id = $1 order by seq limit $2 for update',
  ),
  returnsRows: true,
};
const HAS_CHANGES = read('index.hasChanges', 'select 1 from search_vector_changes where user_id = $1 limit 1');
const FIND_USER = read('index.findUser', 'select user_id from search_vector_changes order by user_id limit 1');
const COUNT_CHANGES = read('index.countChanges', 'select count(*)::integer as count from search_vector_changes');
const FORGET_CHANGES = write(
  'index.forgetChanges',
  'delete from search_vector_changes where user_id = $1 and seq = any($2::bigint[])',
);
const REMOVE = write('index.remove', 'delete from search_vectors where user_id = $1 and id = any($2::uuid[])');

const DROP = [
  ...TRIGGERS.map((kind) => `drop trigger if exists ${triggerName(kind)} on search_embeddings`),
  'drop function if exists keelson_record_vector_changes()',
  'drop table if exists search_vector_changes',
  'drop table if exists search_vectors',
];

const RECORD = `
  create function keelson_record_vector_changes() returns trigger language plpgsql as $$
  begin
    if tg_op = 'TRUNCATE' then
      truncate search_vectors, search_vector_changes;
    elsif tg_op = 'INSERT' then
      insert into search_vector_changes (user_id, embedding_id) select user_id, id from new_rows;
    elsif tg_op = 'DELETE' then
      insert into search_vector_changes (user_id, embedding_id) select user_id, id from old_rows;
    else
      insert into search_vector_changes (user_id, embedding_id)
      select user_id, id from new_rows union select user_id, id from old_rows;
    end if;
    return null;
  end
  $$`;

/** Users' statements may run as a role that reaches tables with owners only; the function writes as its owner. */
const RECORD_AS_OWNER = `
  do $$
  begin
    execute format('alter function keelson_record_vector_changes() security definer set search_path = %I, pg_temp',
      current_schema());
  end
  $$`;

/** A vector index of pgvector, without one of its approximate indexes: it finds what is nearest, not what probably is. */
export class PostgresVectorIndex implements VectorIndex {
  readonly most = 100_000;
  readonly #statements: IndexStatements;
  readonly #list: (values: readonly unknown[]) => unknown;
  #extension: ExtensionStatements | undefined;

  constructor(kernel: Kernel) {
    this.#statements = new IndexStatements(kernel);
    this.#list = (values) => kernel.engine.encodeList(values);
  }

  async isBuilt(): Promise<boolean> {
    const [row] = await this.#statements.rows(IS_BUILT, undefined);
    return row?.['built'] === true;
  }

  async create(): Promise<void> {
    const trigger = (kind: (typeof TRIGGERS)[number], tables: string): string =>
      `create trigger ${triggerName(kind)} after ${kind} on search_embeddings ${tables} for each statement execute function keelson_record_vector_changes()`;
    await this.#statements.define('index.create', ['create extension if not exists vector']);
    this.#extension = undefined;
    const { type } = await this.#found();
    await this.#statements.define('index.create', [
      ...DROP,
      `create table search_vectors (
         id uuid not null,
         user_id text collate "C" not null,
         model text collate "C" not null,
         kind text collate "C" not null,
         dimensions integer not null,
         embedding ${type} not null,
         primary key (id, user_id)
       )`,
      'create index search_vectors_by_model on search_vectors (user_id, model, dimensions, kind)',
      `create table search_vector_changes (
         seq bigint generated always as identity primary key,
         user_id text collate "C" not null,
         embedding_id uuid not null
       )`,
      'create index search_vector_changes_by_user on search_vector_changes (user_id, seq)',
      RECORD,
      RECORD_AS_OWNER,
      trigger('insert', 'referencing new table as new_rows'),
      trigger('update', 'referencing old table as old_rows new table as new_rows'),
      trigger('delete', 'referencing old table as old_rows'),
      trigger('truncate', ''),
      'insert into search_vector_changes (user_id, embedding_id) select user_id, id from search_embeddings',
    ]);
  }

  async drop(): Promise<void> {
    await this.#statements.define('index.drop', DROP);
  }

  async search({ userId, model, kind, vector, limit }: IndexSearch): Promise<readonly Candidate[]> {
    const values = [userId, model, vector.length, vectorText(vector), limit, ...(kind === undefined ? [] : [kind])];
    const { searchAll, searchKind } = await this.#found();
    const rows = await this.#statements.rows(kind === undefined ? searchAll : searchKind, userId, values);
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
    await this.#statements.rows(FORGET_CHANGES, userId, [userId, this.#list(changes.map(({ seq }) => seq))]);
  }

  async replace(userId: string, ids: readonly string[], vectors: readonly IndexedVector[]): Promise<void> {
    await this.#statements.rows(REMOVE, userId, [userId, this.#list(ids)]);
    if (vectors.length === 0) return;
    const { insert } = await this.#found();
    await this.#statements.rows(insert, userId, [
      userId,
      this.#list(vectors.map(({ id }) => id)),
      this.#list(vectors.map(({ model }) => model)),
      this.#list(vectors.map(({ kind }) => kind)),
      this.#list(vectors.map(({ dimensions }) => dimensions)),
      this.#list(vectors.map(({ vector }) => vectorText(vectorOf(vector)))),
    ]);
  }

  async #found(): Promise<ExtensionStatements> {
    if (this.#extension !== undefined) return this.#extension;
    const [row] = await this.#statements.rows(FIND_SCHEMA, undefined);
    if (row === undefined) throw new VectorIndexUnavailableError('The extension pgvector is not in this database.');
    this.#extension = statementsFor(String(row['schema']));
    return this.#extension;
  }
}

interface ExtensionStatements {
  readonly type: string;
  readonly searchAll: Plan;
  readonly searchKind: Plan;
  readonly insert: Plan;
}

/** The extension may be in a schema that isn't on the search path. */
function statementsFor(schema: string): ExtensionStatements {
  const place = `"${schema.replaceAll('"', '""')}"`;
  const type = `${place}.vector`;
  // Vectors of other lengths can't be compared, and in which order conditions are looked at isn't given; so the rows are
  // picked out first.
  const searchSql = (filter: string): string => `
    with own as materialized (
      select id, embedding from search_vectors where user_id = $1 and model = $2 and dimensions = $3${filter}
    )
    select id, embedding operator(${place}.<=>) $4::${type} as distance from own order by distance limit $5`;
  return {
    type,
    searchAll: read('index.search', searchSql('')),
    searchKind: read('index.searchKind', searchSql(' and kind = $6')),
    insert: write(
      'index.insert',
      `insert into search_vectors (id, user_id, model, kind, dimensions, embedding)
       select id, $1, model, kind, dimensions, embedding::${type}
         from unnest($2::uuid[], $3::text[], $4::text[], $5::integer[], $6::text[]) as n(id, model, kind, dimensions, embedding)`,
    ),
  };
}

function vectorText(vector: Float32Array): string {
  return `[${vector.join(',')}]`;
}
