import type { TransactionOptions, UserHandle } from '@keelson/db-core';
import { ConversationNotFoundError } from '../errors.ts';
import * as queries from '../repositories/path.repository.ts';
import { thaw } from './thaw.ts';

/**
 * Does it with the conversation locked, in one transaction: nobody appends, and nothing moves, between what it reads and what
 * it writes. One in cold storage comes back with it, as by any message that is saved.
 *
 * @throws ConversationNotFoundError also of one that was deleted
 */
export function whileLocked<T>(
  user: UserHandle,
  conversationId: string,
  work: () => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  return user.transaction(async () => {
    const row = await user.first(queries.findForUpdate, { conversationId });
    if (row === undefined) throw ConversationNotFoundError.of(conversationId);
    if (row.is_cold) await thaw(user, conversationId);
    return work();
  }, options);
}
