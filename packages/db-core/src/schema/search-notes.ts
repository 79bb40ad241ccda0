import type { TableNotes } from './table-notes.ts';

/** What the tables by which texts are found are for; see {@link TABLE_NOTES}. */
export const SEARCH_NOTES: Readonly<Record<string, TableNotes>> = {
  search_embeddings: {
    purpose:
      'Texts as an embedding model sees them, one row for each part of a text. Indexes of pgvector and sqlite-vec are made from it.',
    columns: {
      kind: 'What the text belongs to, such as `conversation_message`.',
      entity_id: 'The row that it belongs to.',
      part: 'Which part of its text, from 0.',
      model: 'The model that made the vector. Vectors of different models are never compared.',
      dimensions: 'How many numbers the vector has.',
      content_hash: 'Of the text that was embedded: what has not changed is not embedded again.',
      vector: 'Length 1; 32-bit floating-point numbers, little-endian.',
    },
    indexes: {
      search_embeddings_part_key:
        'One vector for each part and model; also the vectors of an entity, and all of an owner, in order.',
    },
  },
  search_marks: {
    purpose:
      'What the search index has yet to look at, written by triggers in the transaction that changed it. Who has indexed it removes the marks that were there before.',
    columns: {
      kind: 'The kind of the search source.',
      entity_id: 'The row that changed.',
      size: 'Bytes of its searched text.',
      created_at: 'When it changed, by the clock of the database.',
    },
    indexes: {},
  },
  search_embedding_marks: {
    purpose:
      'What an embedding model has yet to look at, written with the search index where a model is set. Who has embedded it removes the marks that stayed as they were.',
    columns: {
      id: "The source's kind and the row's id, with a space between.",
      stamp: 'Another one each time that the row changes.',
      created_at: 'When it changed last.',
    },
    indexes: {},
  },
  search_indexes: {
    purpose: "One row for each owner: the figures of the owner's index, by which results are ranked.",
    columns: {
      id: 'Always `text`.',
      next_number: 'The number that the next new entry gets. Numbers are given once.',
      block: 'The block that takes new entries.',
      block_entries: 'How many entries it has been given.',
      block_tokens: 'How many words these have.',
      kinds: 'For each kind: its number, how many entries it has, their length, and which tokenisers made them.',
      version: 'Counts the changes of the index, so that whoever prepared one sees that another came first.',
    },
    indexes: {},
  },
  search_entries: {
    purpose: 'What is in the search index: one row for each row of a domain that has text.',
    columns: {
      id: "The source's kind and the row's id, with a space between.",
      number: 'What the postings call it.',
      block: 'The block of postings that it is in.',
      occurred_at: 'The time by which its kind is filtered and ordered.',
      length: 'How many words it has, each counted by the weight of its field.',
      content_hash: 'SHA-256 of its text. What is the same is not indexed again.',
      tokenizer: 'What made its words: the tokeniser, the weights, and ICU where that had a part in it.',
      terms: 'Its distinct words as they are in the index, so that they can be taken out again.',
    },
    indexes: { search_entries_number_key: 'What postings refer to.' },
  },
  search_postings: {
    purpose:
      'Where each word of an owner is: one row for each word and block of entries. The word that is empty lists the entries themselves.',
    columns: {
      id: 'The word and the number of the block, with a space between: a word in block order, and words by their beginnings.',
      postings: 'Entries by number, with the weight of the word in each; packed.',
      positions: 'Where the word is in each of them; packed.',
    },
    indexes: {},
  },
};
