import type { TableCare } from './table-care.ts';

/** The classes of the columns by which texts are found; see {@link TABLE_CARE}. */
export const SEARCH_CARE: Readonly<Record<string, TableCare>> = {
  search_embeddings: {
    columns: {
      user_id: 'personal',
      id: 'internal',
      kind: 'none',
      entity_id: 'internal',
      part: 'none',
      model: 'none',
      dimensions: 'none',
      content_hash: 'personal',
      vector: 'personal',
      created_at: 'none',
    },
    about: 'entity_id',
  },
  search_marks: {
    columns: {
      user_id: 'personal',
      id: 'internal',
      kind: 'none',
      entity_id: 'internal',
      size: 'none',
      created_at: 'none',
    },
  },
  search_embedding_marks: {
    columns: { user_id: 'personal', id: 'internal', stamp: 'none', created_at: 'none' },
  },
  search_indexes: {
    columns: {
      user_id: 'personal',
      id: 'none',
      next_number: 'none',
      block: 'none',
      block_entries: 'none',
      block_tokens: 'none',
      kinds: 'none',
      version: 'none',
      created_at: 'none',
      updated_at: 'none',
    },
  },
  search_entries: {
    columns: {
      user_id: 'personal',
      id: 'internal',
      number: 'none',
      block: 'none',
      occurred_at: 'none',
      length: 'none',
      content_hash: 'personal',
      tokenizer: 'none',
      terms: 'personal',
      updated_at: 'none',
    },
  },
  search_postings: {
    // The id of a row is the word itself.
    columns: { user_id: 'personal', id: 'personal', postings: 'personal', positions: 'personal' },
  },
};
