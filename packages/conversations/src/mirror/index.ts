export { mirrorMigrations } from './migrations.ts';
export { mirrorConversations, type MirrorOptions, type MirrorOutcome } from './mirror-conversations.ts';
export type { FillReason, MirrorEvent } from './parts.ts';
export type { MirrorConversation, MirrorMessage } from './tables.ts';
