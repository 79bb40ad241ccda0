import type { Adopter, Adoption } from '@keelson/db-core';
import { adoptConversations, canOwn, statusOf } from './adopt-conversations.ts';
import { adoptMessages } from './adopt-messages.ts';
import { findAll, type Found, type Rules } from './found.ts';
import { conversationsTable, messagesTable, sessionsTable, SYSTEM, usersTable } from './legacy-tables.ts';
import { adoptUsers } from './users.ts';

/** Brings in conversations, messages and accounts of organic-fishstick-RAG; see `adopt` of db-core. */
export const conversationsAdopter: Adopter = {
  system: SYSTEM,
  tables: [usersTable, conversationsTable, messagesTable, sessionsTable],

  begin(sources, defaultUser) {
    let found: Found | undefined;
    return async (adoption: Adoption) => {
      const { source, step } = adoption;
      const refusalOf: Rules['refusalOf'] = ({ id, owner, status, createdAt }) => {
        if (statusOf(status) === undefined || !canOwn(owner)) return 'bad';
        const row = { userId: owner, table: 'conversations', id, createdAt };
        return adoption.wasErased(row) ? 'erased' : null;
      };
      found ??= await findAll(sources, { defaultUser, refusalOf }, step);
      if (source.has(usersTable.name)) await adoptUsers(adoption);
      if (source.has(conversationsTable.name)) await adoptConversations(adoption, found);
      if (source.has(messagesTable.name)) await adoptMessages(adoption, found);
    };
  },
};
