import { defineQuery } from '../database/query.ts';
import type { JsonValue } from '../schema/json.ts';

/**
 * Takes the key, or one whose time is over; gives nothing where it stands for a request. Of two at once the second waits
 * here until the first one's transaction has ended.
 */
export const claim = defineQuery(
  'idempotencyKeys.claim',
  (db, p: { id: string; key: string; requestHash: string; now: Date; expiresAt: Date }) =>
    db
      .insertInto('idempotency_keys')
      .values({
        id: p.id,
        key: p.key,
        request_hash: p.requestHash,
        expires_at: p.expiresAt,
        created_at: p.now,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'key'])
          .doUpdateSet({
            request_hash: p.requestHash,
            response_status: null,
            response_headers: null,
            response_body: null,
            expires_at: p.expiresAt,
            created_at: p.now,
          })
          .where('idempotency_keys.expires_at', '<=', p.now),
      )
      .returning('id'),
);

export const findByKey = defineQuery('idempotencyKeys.findByKey', (db, p: { key: string }) =>
  db
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'response_status', 'response_headers', 'response_body'])
    .where('key', '=', p.key),
);

export const complete = defineQuery(
  'idempotencyKeys.complete',
  (db, p: { id: string; status: number; headers: JsonValue; body: string }) =>
    db
      .updateTable('idempotency_keys')
      .set({ response_status: p.status, response_headers: p.headers, response_body: p.body })
      .where('id', '=', p.id),
);
