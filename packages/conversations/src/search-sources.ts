import { defineSearchSource, type SearchSource } from '@keelson/db-core';
import { searchRows as conversationRows } from './repositories/conversation.repository.ts';
import { searchRows as messageRows } from './repositories/message.repository.ts';

/** What of conversations is searched: their titles, and the text of their messages. Deleted and hidden ones are not found. */
export const conversationSources: readonly SearchSource[] = [
  defineSearchSource({
    kind: 'conversation',
    table: 'conversations',
    fields: { title: { weight: 2 } },
    facets: { conversation: 'indexed', status: 'read' },
    rows: conversationRows,
  }),
  defineSearchSource({
    kind: 'message',
    table: 'conversation_messages',
    fields: { content: { weight: 1 } },
    // A conversation's status changes without its messages; what a message belongs to, and who says it, never does.
    facets: { conversation: 'indexed', role: 'indexed', status: 'read' },
    details: ['seq'],
    rows: messageRows,
  }),
];
