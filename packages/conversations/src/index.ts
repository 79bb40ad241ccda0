export { conversationsAdopter } from './adopt/adopter.ts';
export { Conversations, type ConversationsOptions } from './conversations.ts';
export { demoExportPath } from './demo-export.ts';
export * from './errors.ts';
export { type ConversationDocument, EXPORT_FORMAT } from './export/export-conversation.ts';
export type { ImportOptions } from './import/import-conversations.ts';
export type { ImportFaultCode } from './import/imported.ts';
export type { ImportError, ImportProgress, ImportReport } from './import/report.ts';
export type { ImportSource } from './import/source.ts';
export type {
  ChangeOptions,
  CreateConversation,
  GetBySource,
  GetMessages,
  ListConversations,
  MessageMetadata,
  SaveAnyMessage,
  SaveMessage,
  SearchConversations,
} from './inputs.ts';
export { conversationSources } from './search-sources.ts';
export { DEFAULT_LIMIT, MAX_LIMIT } from './schemas/page.schema.ts';
export { DEFAULT_SEARCH_LIMIT, MAX_SEARCH_LIMIT } from './schemas/search.schema.ts';
export { MAX_CONTENT_LENGTH, MAX_TITLE_LENGTH } from './schemas/text.schema.ts';
export type {
  Conversation,
  ConversationHit,
  ConversationId,
  ConversationSearchPage,
  ConversationStatus,
  ConversationSummary,
  JsonObject,
  JsonValue,
  Message,
  MessageId,
  MessagePart,
  MessageRole,
  MessageStatus,
  Page,
  SavedMessage,
} from './types.ts';
