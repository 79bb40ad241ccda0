import type { Api, Services } from '../api.ts';
import { followChanges } from './changes/follow.ts';
import { createConversation } from './conversations/create.ts';
import { exportConversation } from './conversations/export.ts';
import { followConversation } from './conversations/follow.ts';
import { getConversation } from './conversations/get.ts';
import { listConversations } from './conversations/list.ts';
import { deleteConversation } from './conversations/remove.ts';
import { searchConversations } from './conversations/search.ts';
import { updateConversation } from './conversations/update.ts';
import { health } from './health/health.ts';
import { livez } from './health/livez.ts';
import { readyz } from './health/readyz.ts';
import { status } from './health/status.ts';
import { appendMessage } from './messages/append.ts';
import { lastMessages } from './messages/last.ts';
import { listMessages } from './messages/list.ts';
import { searchAll } from './search/search.ts';

/** In the order in which the description lists them. */
const routes: readonly ((api: Api, services: Services) => void)[] = [
  listConversations,
  createConversation,
  searchConversations,
  getConversation,
  updateConversation,
  deleteConversation,
  exportConversation,
  followConversation,
  listMessages,
  appendMessage,
  lastMessages,
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
