import { createHash } from 'node:crypto';

/** Values for one row of a table, without `user_id`. The same number gives the same ids, whoever owns the row. */
export type RowFactory = (number: number) => Readonly<Record<string, unknown>>;

const at = (number: number): Date => new Date(Date.UTC(2026, 0, 1) + number * 60_000);

/** An id that depends on nothing but its arguments, so that two users can have rows of the same id. */
export function idOf(table: string, number: number): string {
  const hex = createHash('sha256').update(`${table} ${number}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * One factory for each table with owners, parents before children. A new table needs one line here; a test says so until
 * it has it.
 */
export const rowFactories: ReadonlyMap<string, RowFactory> = new Map<string, RowFactory>([
  [
    'conversations',
    (number) => ({
      id: idOf('conversations', number),
      title: `title ${number}`,
      metadata: { number },
      last_message_at: number % 2 === 0 ? at(number) : null,
      created_at: at(number),
      updated_at: at(number),
    }),
  ],
  [
    'conversation_messages',
    (number) => ({
      id: idOf('conversation_messages', number),
      conversation_id: idOf('conversations', number % 3),
      seq: number + 1,
      role: number % 2 === 0 ? 'user' : 'assistant',
      content: `content ${number}`,
      status: 'partial',
      source: 'test',
      created_at: at(number),
    }),
  ],
  [
    'conversation_branches',
    (number) => ({
      id: idOf('conversation_branches', number),
      conversation_id: idOf('conversations', number),
      seq: number + 2,
      parent_seq: number,
    }),
  ],
  [
    'conversation_cold_parts',
    (number) => ({
      id: idOf('conversation_cold_parts', number),
      conversation_id: idOf('conversations', number % 3),
      part: number + 1,
      is_last: false,
      messages: 1,
      first_at: at(number),
      last_at: at(number),
      text_bytes: 1,
      data_bytes: 1,
      digest: '0'.repeat(64),
      created_at: at(number),
      data: Uint8Array.of(number),
    }),
  ],
  [
    'conversation_checkpoints',
    (number) => ({
      id: idOf('conversation_checkpoints', number),
      thread_id: `thread ${number}`,
      checkpoint_ns: '',
      checkpoint_id: `checkpoint ${number}`,
      type: 'json',
      state: `state ${number}`,
      channel_values_bytes: Uint8Array.of(number),
      created_at: at(number),
    }),
  ],
  [
    'conversation_checkpoint_writes',
    (number) => ({
      id: idOf('conversation_checkpoint_writes', number),
      task_id: `task ${number}`,
      task_path: '',
      idx: 0,
      channel: 'messages',
      type: 'json',
      data_bytes: Uint8Array.of(number),
      created_at: at(number),
    }),
  ],
  [
    'jobs',
    (number) => ({
      id: idOf('jobs', number),
      kind: 'test.job',
      display_name: `job ${number}`,
      parameters: { number },
      max_attempts: 5,
      ready_at: at(number),
      dedup_key: number % 2 === 0 ? `key ${number}` : null,
      scheduled_at: at(number),
      created_at: at(number),
      updated_at: at(number),
    }),
  ],
  [
    'job_logs',
    (number) => ({
      id: idOf('job_logs', number),
      job_id: idOf('jobs', number % 3),
      attempt: 1,
      level: 'info',
      message: `line ${number}`,
      details: { number },
      created_at: at(number),
    }),
  ],
  [
    'settings',
    (number) => ({
      id: idOf('settings', number),
      key: `key ${number}`,
      value: `value ${number}`,
      data_type: 'string',
      description: `description ${number}`,
      created_at: at(number),
      updated_at: at(number),
    }),
  ],
  [
    'search_marks',
    (number) => ({
      id: idOf('search_marks', number),
      kind: 'test',
      entity_id: idOf('conversations', number),
      size: number,
      created_at: at(number),
    }),
  ],
  [
    'search_indexes',
    (number) => ({
      id: idOf('search_indexes', number),
      kinds: {},
      created_at: at(number),
      updated_at: at(number),
    }),
  ],
  [
    'idempotency_keys',
    (number) => ({
      id: idOf('idempotency_keys', number),
      key: `key ${number}`,
      request_hash: String(number).padStart(64, '0'),
      response_status: 201,
      response_headers: { number },
      response_body: `body ${number}`,
      expires_at: at(number),
      created_at: at(number),
    }),
  ],
  [
    'audit_events',
    (number) => ({
      id: idOf('audit_events', number),
      actor_id: number % 2 === 0 ? 'ada' : 'bob',
      action: 'thing.done',
      entity: 'thing',
      entity_id: `thing ${number}`,
      created_at: at(number),
    }),
  ],
  [
    'search_embeddings',
    (number) => ({
      id: idOf('search_embeddings', number),
      kind: number % 2 === 0 ? 'note' : 'mail',
      entity_id: idOf('notes', number),
      part: number,
      model: 'test',
      dimensions: 2,
      content_hash: `hash ${number}`,
      vector: Buffer.from(Float32Array.of(Math.cos(number), Math.sin(number)).buffer),
      created_at: at(number),
    }),
  ],
  [
    'search_embedding_marks',
    (number) => ({ id: idOf('search_embedding_marks', number), stamp: idOf('stamps', number), created_at: at(number) }),
  ],
  [
    'search_entries',
    (number) => ({
      id: idOf('search_entries', number),
      number: number + 1,
      block: 1,
      occurred_at: at(number),
      length: number,
      content_hash: `hash ${number}`,
      tokenizer: 'test',
      terms: `word${number}`,
      updated_at: at(number),
    }),
  ],
  [
    'search_postings',
    (number) => ({
      id: idOf('search_postings', number),
      postings: Uint8Array.of(number),
      positions: Uint8Array.of(number, 1),
    }),
  ],
]);

/** How many rows each user has in each table. */
export const ROWS = 6;
