import { defineQuery, defineSystemQuery } from '../database/query.ts';
import type { JsonValue } from '../schema/json.ts';

/** The one index that there is of an owner's texts. */
const INDEX = 'text';

const indexColumns = [
  'next_number',
  'block',
  'block_entries',
  'block_tokens',
  'kinds',
  'version',
  'created_at',
] as const;

export const listMarks = defineQuery('search.listMarks', (db, p: { kinds: readonly string[]; limit: number }) =>
  db
    .selectFrom('search_marks')
    .select(['id', 'kind', 'entity_id', 'size'])
    .where('kind', 'in', p.kinds)
    .orderBy('id')
    .limit(p.limit),
);

export const countMarks = defineQuery('search.countMarks', (db, p: { kinds: readonly string[] }) =>
  db
    .selectFrom('search_marks')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('kind', 'in', p.kinds),
);

/** Under the entity's own id: the same mark again is the same mark. */
export const insertMark = defineQuery(
  'search.insertMark',
  (db, p: { kind: string; entityId: string; size: number; now: Date }) =>
    db
      .insertInto('search_marks')
      .values({ id: p.entityId, kind: p.kind, entity_id: p.entityId, size: p.size, created_at: p.now })
      .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
);

export const eraseMarks = defineQuery('search.eraseMarks', (db, p: { ids: readonly string[] }) =>
  db.deleteFrom('search_marks').where('id', 'in', p.ids),
);

/** Whoever comes next of those that have marks. */
export const findNextOwner = defineSystemQuery(
  'search.findNextOwner',
  (db, p: { after: string; kinds: readonly string[] }) =>
    db
      .selectFrom('search_marks')
      .select('user_id')
      .where('user_id', '>', p.after)
      .where('kind', 'in', p.kinds)
      .orderBy('user_id')
      .limit(1),
);

export const listOwners = defineSystemQuery('search.listOwners', (db, p: { after: string; limit: number }) =>
  db
    .selectFrom('search_indexes')
    .select(['user_id', ...indexColumns])
    .where('user_id', '>', p.after)
    .orderBy('user_id')
    .limit(p.limit),
);

export const insertIndex = defineQuery('search.insertIndex', (db, p: { now: Date }) =>
  db
    .insertInto('search_indexes')
    .values({ id: INDEX, kinds: {}, created_at: p.now, updated_at: p.now })
    .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
);

export const findIndex = defineQuery('search.findIndex', (db) =>
  db.selectFrom('search_indexes').select(indexColumns).where('id', '=', INDEX),
);

/** Held until the transaction ends: one at a time changes an owner's index. */
export const findIndexForUpdate = defineQuery('search.findIndexForUpdate', (db) =>
  db.selectFrom('search_indexes').select(indexColumns).where('id', '=', INDEX).forUpdate(),
);

interface IndexParams {
  nextNumber: number;
  block: number;
  blockEntries: number;
  blockTokens: number;
  kinds: JsonValue;
  now: Date;
}

export const updateIndex = defineQuery('search.updateIndex', (db, p: IndexParams) =>
  db
    .updateTable('search_indexes')
    .set((eb) => ({
      next_number: p.nextNumber,
      block: p.block,
      block_entries: p.blockEntries,
      block_tokens: p.blockTokens,
      kinds: p.kinds,
      version: eb('version', '+', 1),
      updated_at: p.now,
    }))
    .where('id', '=', INDEX),
);

export const findEntries = defineQuery('search.findEntries', (db, p: { ids: readonly string[] }) =>
  db
    .selectFrom('search_entries')
    .select(['id', 'number', 'block', 'content_hash', 'tokenizer', 'length', 'terms'])
    .where('id', 'in', p.ids),
);

export const findEntryIds = defineQuery('search.findEntryIds', (db, p: { numbers: readonly number[] }) =>
  db.selectFrom('search_entries').select(['number', 'id']).where('number', 'in', p.numbers),
);

export const findEntryNumbers = defineQuery('search.findEntryNumbers', (db, p: { ids: readonly string[] }) =>
  db.selectFrom('search_entries').select(['number', 'id']).where('id', 'in', p.ids),
);

export const listEntryIds = defineQuery('search.listEntryIds', (db, p: { after: string; limit: number }) =>
  db.selectFrom('search_entries').select('id').where('id', '>', p.after).orderBy('id').limit(p.limit),
);

interface EntryParams {
  id: string;
  number: number;
  block: number;
  at: Date;
  length: number;
  hash: string;
  tokenizer: string;
  terms: string;
  now: Date;
}

export const upsertEntry = defineQuery('search.upsertEntry', (db, p: EntryParams) =>
  db
    .insertInto('search_entries')
    .values({
      id: p.id,
      number: p.number,
      block: p.block,
      occurred_at: p.at,
      length: p.length,
      content_hash: p.hash,
      tokenizer: p.tokenizer,
      terms: p.terms,
      updated_at: p.now,
    })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'id']).doUpdateSet((eb) => ({
        occurred_at: eb.ref('excluded.occurred_at'),
        length: eb.ref('excluded.length'),
        content_hash: eb.ref('excluded.content_hash'),
        tokenizer: eb.ref('excluded.tokenizer'),
        terms: eb.ref('excluded.terms'),
        updated_at: eb.ref('excluded.updated_at'),
      })),
    ),
);

export const eraseEntries = defineQuery('search.eraseEntries', (db, p: { ids: readonly string[] }) =>
  db.deleteFrom('search_entries').where('id', 'in', p.ids),
);

export const findPostings = defineQuery('search.findPostings', (db, p: { ids: readonly string[] }) =>
  db.selectFrom('search_postings').select(['id', 'postings']).where('id', 'in', p.ids),
);

export const findPostingsWithPositions = defineQuery(
  'search.findPostingsWithPositions',
  (db, p: { ids: readonly string[] }) =>
    db.selectFrom('search_postings').select(['id', 'postings', 'positions']).where('id', 'in', p.ids),
);

/** The words from one on, up to another one that is left out. */
export const listPostings = defineQuery('search.listPostings', (db, p: { from: string; to: string; limit: number }) =>
  db
    .selectFrom('search_postings')
    .select(['id', 'postings'])
    .where('id', '>=', p.from)
    .where('id', '<', p.to)
    .orderBy('id')
    .limit(p.limit),
);

export const upsertPostings = defineQuery(
  'search.upsertPostings',
  (db, p: { id: string; postings: Uint8Array; positions: Uint8Array }) =>
    db
      .insertInto('search_postings')
      .values({ id: p.id, postings: p.postings, positions: p.positions })
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'id']).doUpdateSet((eb) => ({
          postings: eb.ref('excluded.postings'),
          positions: eb.ref('excluded.positions'),
        })),
      ),
);

export const erasePostings = defineQuery('search.erasePostings', (db, p: { ids: readonly string[] }) =>
  db.deleteFrom('search_postings').where('id', 'in', p.ids),
);

export const listMarkIds = defineQuery('search.listMarkIds', (db, p: { limit: number }) =>
  db.selectFrom('search_marks').select('id').orderBy('id').limit(p.limit),
);

export const listPostingIds = defineQuery('search.listPostingIds', (db, p: { limit: number }) =>
  db.selectFrom('search_postings').select('id').orderBy('id').limit(p.limit),
);

export const eraseIndex = defineQuery('search.eraseIndex', (db) =>
  db.deleteFrom('search_indexes').where('id', '=', INDEX),
);
