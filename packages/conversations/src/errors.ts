import { ConflictError, defineError, NotFoundError } from '@keelson/db-core';

/** There is no such conversation, it was deleted, or it is another user's: the three can't be told apart. */
export class ConversationNotFoundError extends defineError(
  {
    code: 'CONVERSATION_NOT_FOUND',
    title: 'There is no such conversation',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'Check the id; `keelson conversations list` shows the conversations of a user.',
  },
  NotFoundError,
) {
  static of(id: string): ConversationNotFoundError {
    return new ConversationNotFoundError(`There is no conversation ${id}.`, { details: { conversationId: id } });
  }
}

/** There is no such message in the conversation: missing, in another conversation, or another user's. */
export class MessageNotFoundError extends defineError(
  {
    code: 'MESSAGE_NOT_FOUND',
    title: 'There is no such message in the conversation',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'Check the id; `keelson conversations show ID` lists the messages of a conversation.',
  },
  NotFoundError,
) {
  static of(id: string, conversationId: string): MessageNotFoundError {
    const details = { messageId: id, conversationId };
    return new MessageNotFoundError(`There is no message ${id} in conversation ${conversationId}.`, { details });
  }
}

/** A closed conversation takes no more messages and no other status but deleted. */
export class ConversationClosedError extends defineError(
  {
    code: 'CONVERSATION_CLOSED',
    title: 'The conversation is closed',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Go on in a new conversation; a closed one stays readable as it is.',
  },
  ConflictError,
) {
  static of(id: string): ConversationClosedError {
    return new ConversationClosedError(`Conversation ${id} is closed.`, { details: { conversationId: id } });
  }
}

/** The conversation's messages are in cold storage: they can be exported there, and read again when it was thawed. */
export class ConversationColdError extends defineError(
  {
    code: 'CONVERSATION_COLD',
    title: 'The messages of the conversation are in cold storage',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Bring them back with `thawConversation`, `keelson conversations thaw ID`, or a PATCH with `"isCold": false`; saving a message does it too.',
  },
  ConflictError,
) {
  static of(id: string): ConversationColdError {
    const details = { conversationId: id };
    return new ConversationColdError(`The messages of conversation ${id} are in cold storage.`, { details });
  }
}

/** What is in cold storage isn't what was put there. Nothing of it is used, and nothing of it is changed. */
export class ColdStorageDamagedError extends defineError({
  code: 'COLD_STORAGE_DAMAGED',
  title: 'Messages in cold storage are damaged',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Restore the database from a backup beside it, export the conversation from there, erase it here, and import it with `takeErased`, or `--take-erased`.',
}) {
  static of(id: string, what: string, cause?: unknown): ColdStorageDamagedError {
    const message = `What is in cold storage of conversation ${id} is damaged: ${what}.`;
    return new ColdStorageDamagedError(message, { details: { conversationId: id }, cause });
  }
}

/** Somebody else changed the conversation since the version that the caller knows. */
export class ConversationChangedError extends defineError(
  {
    code: 'CONVERSATION_CHANGED',
    title: 'The conversation was changed in the meantime',
    status: 412,
    exitCode: 1,
    retriable: false,
    hint: 'Read the conversation again and repeat the change with its present version.',
  },
  ConflictError,
) {}

/** The id given to `createConversation` is already in use by this user. */
export class ConversationExistsError extends defineError(
  {
    code: 'CONVERSATION_EXISTS',
    title: 'There is already a conversation with this id',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Leave the id out to have a new one made, or use the conversation that exists.',
  },
  ConflictError,
) {}

/** The request id already stands for a message with other content. */
export class RequestIdReusedError extends defineError(
  {
    code: 'REQUEST_ID_REUSED',
    title: 'The request id was used for another message',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Use a new request id for each message; the same one only to repeat a save of the same content.',
  },
  ConflictError,
) {}

/** The system messages, which a context always has, need more tokens than it may have. */
export class ContextTooLargeError extends defineError({
  code: 'CONTEXT_TOO_LARGE',
  title: 'The system messages alone are over the token budget',
  status: 422,
  exitCode: 1,
  retriable: false,
  hint: 'Give a larger `maxTokens`, shorten the system message, or leave system messages out with `includeSystem: false`.',
}) {
  static of(tokens: number, maxTokens: number): ContextTooLargeError {
    const message = `The system messages have at least ${tokens} tokens; the context may have ${maxTokens}.`;
    return new ContextTooLargeError(message, { details: { tokens, maxTokens } });
  }
}

/** The file to import can't be read. */
export class ImportSourceError extends defineError({
  code: 'IMPORT_SOURCE',
  title: 'The file to import cannot be read',
  status: 400,
  exitCode: 2,
  retriable: false,
  hint: 'Check the path and its permissions.',
}) {}

/** Nothing in the file is of a format that can be imported. */
export class ImportFormatError extends defineError({
  code: 'IMPORT_FORMAT',
  title: 'The file is of no format that can be imported',
  status: 422,
  exitCode: 2,
  retriable: false,
  hint: 'Give an export of ChatGPT, Open WebUI, LibreChat, OpenAssistant, ShareGPT, OpenAI chat messages or Keelson, as JSON or one JSON object a line, or the ZIP archive, the folder or the gzip file that has it.',
}) {}

/** A file given as a font for PDF can't be read, or isn't a font. */
export class ExportFontError extends defineError({
  code: 'EXPORT_FONT',
  title: 'The font for the PDF cannot be used',
  status: 400,
  exitCode: 2,
  retriable: false,
  hint: 'Give a TrueType, OpenType or WOFF 1 file that holds one font.',
}) {}

/** The database that is to be a mirror is something else. */
export class MirrorTargetError extends defineError({
  code: 'MIRROR_TARGET',
  title: 'The database cannot be a mirror of this one',
  status: 400,
  exitCode: 2,
  retriable: false,
  hint: 'Name a file that is not there yet, or an empty PostgreSQL database: a mirror has a database of its own.',
}) {}

/** Two processes at once would undo each other's work. */
export class MirrorBusyError extends defineError(
  {
    code: 'MIRROR_BUSY',
    title: 'Another process keeps this mirror',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'One process for a mirror is enough. End the other one first, or leave it the work.',
  },
  ConflictError,
) {}
