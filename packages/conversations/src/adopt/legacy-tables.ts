import type { LegacyTable } from '@keelson/db-core';

/** The system whose databases are adopted, and the source of the conversations that come from it. */
export const SYSTEM = 'organic-fishstick-RAG';

export const conversationsTable: LegacyTable = {
  name: 'conversations',
  key: ['id', 'user_id', 'title', 'status', 'message_count'],
  columns: {
    id: { to: 'conversations.id; one that is no UUID becomes external_id, and a UUID is made from it' },
    user_id: { to: 'conversations.user_id; `--user` where it is empty' },
    title: { to: 'conversations.title; the whole of one that is too long is metadata.fullTitle' },
    status: { to: 'conversations.status' },
    message_count: { to: 'conversations.message_count, counted anew' },
    last_message_at: { to: 'conversations.last_message_at, taken from the messages' },
    archived_at: { to: 'conversations.archived_at' },
    created_at: { to: 'conversations.created_at' },
    updated_at: { to: 'conversations.updated_at, and closed_at or deleted_at of what is closed or deleted' },
    is_hidden: { to: 'conversations.is_hidden' },
    hidden_at: { to: 'metadata.hiddenAt' },
    auto_hidden: { to: 'metadata.autoHidden' },
    last_opened_at: { to: 'conversations.last_opened_at' },
  },
};

export const messagesTable: LegacyTable = {
  name: 'messages',
  key: ['id', 'conversation_id', 'role', 'content'],
  columns: {
    id: { to: 'conversation_messages.id; one that is no UUID becomes external_id, and a UUID is made from it' },
    conversation_id: { to: 'conversation_messages.conversation_id' },
    role: { to: 'conversation_messages.role' },
    content: { to: 'conversation_messages.content' },
    msg_metadata: {
      to: 'conversation_messages.request_id, source, tokens, model_name, latency_ms, and the rest metadata',
    },
    created_at: { to: 'conversation_messages.created_at; their order gives seq and parent_id' },
    updated_at: { refused: 'a message never changes here, so it has no time of a change' },
  },
};

export const usersTable: LegacyTable = {
  name: 'users',
  key: ['user_id', 'email', 'password_hash'],
  columns: {
    user_id: { to: 'users.id; from one that is no UUID a UUID is made' },
    email: { to: 'users.email, in lower case' },
    password_hash: { to: 'users.password_hash; one of another kind than argon2id lets nobody in' },
    full_name: { to: 'users.full_name' },
    is_active: { to: 'users.is_active' },
    created_at: { to: 'users.created_at' },
    last_login: { to: 'users.last_login_at' },
    metadata: { refused: 'an account has no free fields here' },
  },
};

const NO_SESSION = 'a session is a secret and is never taken; people sign in again';

export const sessionsTable: LegacyTable = {
  name: 'user_sessions',
  key: ['session_id', 'user_id', 'expires_at'],
  refused: NO_SESSION,
  columns: {
    session_id: { refused: NO_SESSION },
    user_id: { refused: NO_SESSION },
    created_at: { refused: NO_SESSION },
    expires_at: { refused: NO_SESSION },
    last_activity: { refused: NO_SESSION },
    ip_address: { refused: NO_SESSION },
    user_agent: { refused: NO_SESSION },
    is_active: { refused: NO_SESSION },
  },
};
