import { MESSAGE_ROLES, type MessageRole } from '@keelson/db-core';
import { Cleaner } from '../import/imported.ts';
import { isJsonObject, MAX_METADATA_LENGTH, toJson } from '../schemas/json.schema.ts';
import { knownSchema } from '../schemas/message.schema.ts';
import { MAX_CONTENT_LENGTH, requestIdSchema } from '../schemas/text.schema.ts';
import type { JsonObject, JsonValue } from '../types.ts';
import { textOf } from './values.ts';

/** What a row of the other system says, as a message here has it. */
export interface AdoptedMessage {
  readonly role: MessageRole;
  readonly content: string;
  readonly requestId: string | null;
  readonly source: string | null;
  readonly modelName: string | null;
  readonly tokens: number | null;
  readonly latencyMs: number | null;
  readonly metadata: JsonObject;
  /** What was mended. */
  readonly notes: readonly Remark[];
}

export interface Remark {
  readonly code: string;
  readonly message: string;
}

export function readMessage(row: Readonly<Record<string, unknown>>): AdoptedMessage | { readonly refused: Remark } {
  const role = textOf(row['role'])?.trim().toLowerCase();
  const known = MESSAGE_ROLES.find((each) => each === role);
  if (known === undefined) return { refused: { code: 'BAD_ROLE', message: 'has a role that there is not' } };
  const content = textOf(row['content']);
  if (content === undefined) return { refused: { code: 'NO_CONTENT', message: 'has no content, or bytes instead' } };
  if (content.length > MAX_CONTENT_LENGTH) {
    const message = `has more than ${MAX_CONTENT_LENGTH.toLocaleString('en')} characters`;
    return { refused: { code: 'CONTENT_TOO_LARGE', message } };
  }
  const cleaner = new Cleaner();
  const notes: Remark[] = [];
  const metadata = metadataOf(row['msg_metadata'], cleaner, notes);
  if (JSON.stringify(metadata).length > MAX_METADATA_LENGTH) {
    const message = `has more than ${MAX_METADATA_LENGTH.toLocaleString('en')} characters of metadata`;
    return { refused: { code: 'METADATA_TOO_LARGE', message } };
  }
  const clean = cleaner.text(content);
  if (cleaner.replaced > 0)
    notes.push({ code: 'REPLACED_CHARACTERS', message: 'had characters that can’t be stored, now U+FFFD' });
  return { role: known, content: clean, ...columnsOf(metadata), notes };
}

/** What isn't a JSON object is kept as it is written, under a name of its own. */
function metadataOf(value: unknown, cleaner: Cleaner, notes: Remark[]): JsonObject {
  const text = textOf(value);
  if (text === undefined || text.trim() === '') return {};
  const json = parsed(text, cleaner);
  if (json === null) return {};
  if (json !== undefined && isJsonObject(json)) return json;
  notes.push({ code: 'BAD_METADATA', message: 'msg_metadata is no JSON object; it is metadata.legacyMetadata now' });
  return { legacyMetadata: cleaner.text(text) };
}

function parsed(text: string, cleaner: Cleaner): JsonValue | undefined {
  try {
    const result = toJson(JSON.parse(text), cleaner.text);
    return 'value' in result ? result.value : undefined;
  } catch {
    return undefined;
  }
}

/** Members with columns of their own go there if they fit; what doesn't stays among the others. */
function columnsOf(metadata: JsonObject): Omit<AdoptedMessage, 'role' | 'content' | 'notes'> {
  const rest = new Map(Object.entries(metadata));
  const take = <T>(name: string, schema: { safeParse(value: unknown): { data?: T | null | undefined } }): T | null => {
    const value = schema.safeParse(rest.get(name)).data ?? null;
    if (value !== null) rest.delete(name);
    return value;
  };
  const { shape } = knownSchema;
  return {
    requestId: take('request_id', requestIdSchema),
    source: take('source', shape.source),
    modelName: take('model_name', shape.modelName),
    tokens: take('tokens', shape.tokens),
    latencyMs: take('latency_ms', shape.latencyMs),
    metadata: Object.fromEntries(rest),
  };
}
