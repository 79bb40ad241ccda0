export { conversationsAdopter } from './adopt/adopter.ts';
export { Conversations } from './conversations.ts';
export type { ConversationsOptions } from './reading.ts';
export { demoExportPath } from './demo-export.ts';
export * from './errors.ts';
export {
  type ConversationDocument,
  EXPORT_FORMAT,
  type ExportedConversation,
  type ExportedMessage,
} from './export/export-conversation.ts';
export { BRANCHES, type Branches } from './export/branches.ts';
export {
  type ConversationExport,
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportOptions,
  type ExportProgress,
  type ExportSelection,
} from './export/export.ts';
export type { ImportOptions } from './import/import-conversations.ts';
export { IMPORT_FORMATS, type ImportFaultCode, type ImportFormatName } from './import/imported.ts';
export type { ImportError, ImportProgress, ImportReport, UnknownContent } from './import/report.ts';
export type { ImportSource } from './import/source.ts';
export type {
  BuildContext,
  ChangeOptions,
  CountMessageTokens,
  CreateConversation,
  FollowConversation,
  GetActivePath,
  GetBySource,
  GetMessages,
  GetSiblings,
  GetStatistics,
  ListConversations,
  MessageMetadata,
  SaveAnyMessage,
  SaveMessage,
  SetActiveLeaf,
  SearchConversations,
} from './inputs.ts';
export { conversationRetention } from './retention.ts';
export { conversationSources } from './search-sources.ts';
export { DEFAULT_LIMIT, MAX_LIMIT } from './schemas/page.schema.ts';
export { DEFAULT_SEARCH_LIMIT, MAX_SEARCH_LIMIT } from './schemas/search.schema.ts';
export { MAX_CONTENT_LENGTH, MAX_TITLE_LENGTH } from './schemas/text.schema.ts';
export { overallStatistics } from './statistics/statistics.ts';
export { countTokensJob } from './tokens/job.ts';
export type {
  ContextMessage,
  Conversation,
  ConversationHit,
  ConversationId,
  ConversationSearchPage,
  ConversationStatus,
  ConversationSummary,
  ConversationUpdate,
  DayFigures,
  Figures,
  JsonObject,
  JsonValue,
  Message,
  MessageId,
  MessagePart,
  MessageRole,
  MessageStatus,
  ModelContext,
  ModelFigures,
  OverallStatistics,
  Page,
  PathMessage,
  SavedMessage,
  Statistics,
  StatisticsTotals,
  UserFigures,
} from './types.ts';
