import type { Api, Services } from '../api.ts';
import { followChanges } from './changes/follow.ts';
import { setActiveLeaf } from './conversations/active-leaf.ts';
import { buildContext } from './conversations/context.ts';
import { createConversation } from './conversations/create.ts';
import { exportConversations } from './conversations/export-all.ts';
import { exportConversation } from './conversations/export.ts';
import { followConversation } from './conversations/follow.ts';
import { getConversation } from './conversations/get.ts';
import { importConversations } from './conversations/import.ts';
import { listConversations } from './conversations/list.ts';
import { getOverallStatistics } from './conversations/overall-statistics.ts';
import { getActivePath } from './conversations/path.ts';
import { deleteConversation } from './conversations/remove.ts';
import { searchConversations } from './conversations/search.ts';
import { getStatistics } from './conversations/statistics.ts';
import { updateConversation } from './conversations/update.ts';
import { health } from './health/health.ts';
import { livez } from './health/livez.ts';
import { readyz } from './health/readyz.ts';
import { status } from './health/status.ts';
import { appendMessage } from './messages/append.ts';
import { countMessages } from './messages/count.ts';
import { getMessage } from './messages/get.ts';
import { lastMessages } from './messages/last.ts';
import { listMessages } from './messages/list.ts';
import { listMessagesOfSource } from './messages/of-source.ts';
import { listSiblings } from './messages/siblings.ts';
import { searchAll } from './search/search.ts';

/** In the order in which the description lists them. */
const routes: readonly ((api: Api, services: Services) => void)[] = [
  listConversations,
  createConversation,
  importConversations,
  exportConversations,
  getStatistics,
  searchConversations,
  getConversation,
  updateConversation,
  deleteConversation,
  setActiveLeaf,
  buildContext,
  exportConversation,
  followConversation,
  listMessages,
  appendMessage,
  lastMessages,
  countMessages,
  getActivePath,
  getMessage,
  listSiblings,
  listMessagesOfSource,
  getOverallStatistics,
  searchAll,
  followChanges,
  livez,
  readyz,
  health,
  status,
];

export function addRoutes(api: Api, services: Services): void {
  for (const add of routes) add(api, services);
}
