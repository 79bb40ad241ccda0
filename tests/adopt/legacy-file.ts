import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { freshFolder } from '../support/fresh-folder.ts';

/** As its own migrations leave them, without the constraints that awkward rows break. */
export const SCHEMA: Readonly<Record<string, readonly string[]>> = {
  conversations: [
    'id VARCHAR(36)',
    'user_id VARCHAR(255)',
    'title VARCHAR(500)',
    'status VARCHAR(20)',
    'message_count INTEGER',
    'last_message_at DATETIME',
    'archived_at DATETIME',
    'created_at DATETIME',
    'updated_at DATETIME',
    'is_hidden BOOLEAN',
    'hidden_at DATETIME',
    'auto_hidden BOOLEAN',
    'last_opened_at DATETIME',
  ],
  messages: [
    'id VARCHAR(36)',
    'conversation_id VARCHAR(36)',
    'role VARCHAR(20)',
    'content TEXT',
    'msg_metadata JSON',
    'created_at DATETIME',
    'updated_at DATETIME',
  ],
  users: [
    'user_id VARCHAR(255)',
    'email VARCHAR(255)',
    'password_hash VARCHAR(255)',
    'full_name VARCHAR(255)',
    'is_active BOOLEAN',
    'created_at DATETIME',
    'last_login DATETIME',
    'metadata JSON',
  ],
  user_sessions: [
    'session_id VARCHAR(255)',
    'user_id VARCHAR(255)',
    'created_at DATETIME',
    'expires_at DATETIME',
    'last_activity DATETIME',
    'ip_address VARCHAR(45)',
    'user_agent TEXT',
    'is_active BOOLEAN',
  ],
};

type LegacyValues = Readonly<Record<string, string | number | Uint8Array | null>>;

export interface LegacyRows {
  readonly conversations?: readonly LegacyValues[];
  readonly messages?: readonly LegacyValues[];
  readonly users?: readonly LegacyValues[];
  readonly user_sessions?: readonly LegacyValues[];
}

/** Makes a file of organic-fishstick-RAG with these tables and rows. */
export function legacyFile(rows: LegacyRows, name = 'organic-fishstick.db', within = freshFolder()): string {
  const path = join(within, name);
  const database = new Sqlite(path);
  database.exec('BEGIN');
  for (const [table, values] of Object.entries(rows) as [string, readonly LegacyValues[]][]) {
    database.exec(`CREATE TABLE ${table} (${SCHEMA[table]!.join(', ')})`);
    for (const value of values) {
      const columns = Object.keys(value);
      database
        .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
        .run(...Object.values(value));
    }
  }
  database.exec('COMMIT');
  database.close();
  return path;
}

/** A UUIDv4 that is easy to tell apart. */
export function uuid(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-1111-4222-8333-444455556666`;
}

/** `YYYY-MM-DD HH:MM:SS.ffffff`, a number of minutes after a fixed time. */
export function at(minutes: number): string {
  const time = new Date(Date.UTC(2026, 1, 6, 12, minutes)).toISOString();
  return `${time.slice(0, 10)} ${time.slice(11, 19)}.123456`;
}

export function conversation(number: number, more: LegacyValues = {}): LegacyValues {
  return {
    id: uuid(number),
    user_id: 'ada',
    title: `Chat ${number}`,
    status: 'ACTIVE',
    message_count: 0,
    created_at: at(0),
    updated_at: at(1),
    is_hidden: 0,
    auto_hidden: 0,
    ...more,
  };
}

export function message(number: number, of: number, more: LegacyValues = {}): LegacyValues {
  return {
    id: uuid(number),
    conversation_id: uuid(of),
    role: number % 2 === 0 ? 'user' : 'assistant',
    content: `Message ${number}`,
    msg_metadata: null,
    created_at: at(number % 60),
    updated_at: at(number % 60),
    ...more,
  };
}
