import {
  type Database,
  type FacetFilters,
  type MatchMode,
  Search,
  type SearchHit,
  type SearchInput,
  type SearchMode,
  type UserHandle,
} from '@keelson/db-core';
import { LISTED_STATUSES, VISIBLE_STATUSES } from '../repositories/conversation.repository.ts';
import { conversationSources } from '../search-sources.ts';
import type { ConversationHit, ConversationId, ConversationSearchPage, MessageId, MessageRole } from '../types.ts';

interface SearchOptions {
  readonly query: string;
  readonly mode?: SearchMode;
  readonly match?: MatchMode;
  readonly role?: MessageRole | readonly MessageRole[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly conversationId?: ConversationId | undefined;
  readonly includeArchived: boolean;
  readonly limit: number;
  readonly cursor?: string | null | undefined;
}

const searches = new WeakMap<Database, Search>();

/** One for each database, because it keeps things between searches. */
export function textSearchOf(database: Database): Search {
  const known = searches.get(database) ?? new Search(database, conversationSources);
  searches.set(database, known);
  return known;
}

export async function searchConversations(
  search: Search,
  user: UserHandle,
  { query, mode, match, from, to, limit, cursor, ...options }: SearchOptions,
): Promise<ConversationSearchPage> {
  const input: SearchInput = {
    query,
    kinds: ['conversation', 'message'],
    filters: filtersOf(options),
    limit,
    cursor: cursor ?? null,
    ...(mode === undefined ? {} : { mode }),
    ...(match === undefined ? {} : { match }),
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { until: to }),
  };
  const { items, ...page } = await search.search(user, input);
  return { items: items.map(toConversationHit), ...page };
}

function filtersOf({
  role,
  conversationId,
  includeArchived,
}: Pick<SearchOptions, 'role' | 'conversationId' | 'includeArchived'>): FacetFilters {
  return {
    status: includeArchived ? VISIBLE_STATUSES : LISTED_STATUSES,
    ...(role === undefined ? {} : { role: typeof role === 'string' ? [role] : role }),
    ...(conversationId === undefined ? {} : { conversation: [conversationId] }),
  };
}

function toConversationHit({ kind, id, title, at, score, details, highlights }: SearchHit): ConversationHit {
  const common = { conversationId: details['conversation'] as ConversationId, title, at, score, highlights };
  return kind === 'message'
    ? {
        type: 'message',
        ...common,
        messageId: id as MessageId,
        seq: details['seq'] as number,
        role: details['role'] as MessageRole,
      }
    : { type: 'conversation', ...common };
}
