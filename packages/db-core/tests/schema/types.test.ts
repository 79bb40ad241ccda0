import type { Insertable, Selectable, Updateable } from 'kysely';
import { describe, expectTypeOf, it } from 'vitest';
import type { ConversationStatus, SystemDatabase, TenantDatabase } from '../../src/index.ts';

describe("the types of a user's handle", () => {
  it("have the owner's id to read, and not to write", () => {
    type Messages = TenantDatabase['conversation_messages'];
    expectTypeOf<Selectable<Messages>['user_id']>().toEqualTypeOf<string>();
    expectTypeOf<'user_id' extends keyof Insertable<Messages> ? true : false>().toEqualTypeOf<false>();
    expectTypeOf<'user_id' extends keyof Updateable<Messages> ? true : false>().toEqualTypeOf<false>();
  });

  it('have the tables of tenants only', () => {
    expectTypeOf<keyof TenantDatabase>().toEqualTypeOf<
      | 'conversations'
      | 'conversation_checkpoint_writes'
      | 'conversation_checkpoints'
      | 'conversation_cold_parts'
      | 'conversation_messages'
      | 'jobs'
      | 'job_logs'
      | 'settings'
      | 'idempotency_keys'
      | 'audit_events'
      | 'search_embeddings'
      | 'search_embedding_marks'
      | 'search_marks'
      | 'conversation_branches'
      | 'search_indexes'
      | 'search_entries'
      | 'search_postings'
    >();
    expectTypeOf<Insertable<SystemDatabase['conversations']>['user_id']>().toEqualTypeOf<string>();
    expectTypeOf<'users' extends keyof SystemDatabase ? true : false>().toEqualTypeOf<true>();
  });

  it('say what the driver gives', () => {
    type Conversation = Selectable<TenantDatabase['conversations']>;
    expectTypeOf<Conversation['created_at']>().toEqualTypeOf<Date>();
    expectTypeOf<Conversation['next_seq']>().toEqualTypeOf<number>();
    expectTypeOf<Conversation['status']>().toEqualTypeOf<ConversationStatus>();
    expectTypeOf<Conversation['last_message_at']>().toEqualTypeOf<Date | null>();
  });
});
