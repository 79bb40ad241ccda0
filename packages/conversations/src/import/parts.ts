import { MAX_METADATA_LENGTH } from '../schemas/json.schema.ts';
import { MAX_PARTS, MAX_PARTS_LENGTH } from '../schemas/part.schema.ts';
import type { JsonObject, JsonValue, MessagePart } from '../types.ts';
import { restOf } from './details.ts';
import { contentOf, cut, type Fields, isFields, jsonOf, metadataOf, stringOf } from './fields.ts';
import { type Cleaner, ImportFault } from './imported.ts';

/** Longest address of an attachment that is kept. Pictures that stand in the file as `data:` are often longer. */
const MAX_URL_LENGTH = 1_048_576;

/** What a message says: its text, and whatever is more than text. */
export interface Said {
  readonly text: string;
  readonly parts: readonly MessagePart[];
}

/** The parts as a message may have them: null for none. Where there are too many pictures in the text, the largest go. */
export function partsOf(parts: readonly MessagePart[], cleaner: Cleaner): readonly MessagePart[] | null {
  if (parts.length === 0) return null;
  const kept = [...parts];
  while (JSON.stringify(kept).length > MAX_PARTS_LENGTH) {
    const at = kept.reduce((largest, part, index) => (heldBy(part) > heldBy(kept[largest]) ? index : largest), 0);
    const part = kept[at];
    if (part?.type !== 'attachment' || heldBy(part) === 0) break;
    const { url: _, ...rest } = part;
    kept[at] = rest;
    cleaner.leftOut += 1;
  }
  if (kept.length > MAX_PARTS || JSON.stringify(kept).length > MAX_PARTS_LENGTH)
    throw new ImportFault('CONTENT_TOO_LARGE', 'a message has more parts than a message may have');
  return kept;
}

/** How long the file is that an attachment has within its address. */
function heldBy(part: MessagePart | undefined): number {
  return part?.type === 'attachment' && part.url?.startsWith('data:') === true ? part.url.length : 0;
}

/** Metadata no longer than it may be. */
export function boundedMetadata(fields: Fields, cleaner: Cleaner): JsonObject {
  const metadata = metadataOf(fields, cleaner);
  if (JSON.stringify(metadata).length > MAX_METADATA_LENGTH)
    throw new ImportFault('CONTENT_TOO_LARGE', 'it has more metadata than can be kept');
  return metadata;
}

export function reasoningPart(text: string, cleaner: Cleaner): MessagePart[] {
  return text === '' ? [] : [{ type: 'reasoning', text: contentOf(text, cleaner) }];
}

export function toolCallPart(
  { name, id, input }: { name: unknown; id?: unknown; input: unknown },
  cleaner: Cleaner,
): MessagePart {
  return {
    type: 'tool-call',
    toolName: nameOf(name, cleaner) ?? 'unnamed',
    ...idOf(id, cleaner),
    ...(input === undefined || input === null ? {} : { input: argumentsOf(input, cleaner) }),
  };
}

export function toolResultPart(
  { name, id, output }: { name?: unknown; id?: unknown; output?: unknown },
  cleaner: Cleaner,
): MessagePart {
  const toolName = nameOf(name, cleaner);
  return {
    type: 'tool-result',
    ...(toolName === undefined ? {} : { toolName }),
    ...idOf(id, cleaner),
    ...(output === undefined || output === null ? {} : { output: jsonOf(output, cleaner) }),
  };
}

export function attachmentPart(
  { name, mediaType, url, size }: { name?: unknown; mediaType?: unknown; url?: unknown; size?: unknown },
  cleaner: Cleaner,
): MessagePart {
  const address = stringOf(url);
  if (address !== undefined && address.length > MAX_URL_LENGTH) cleaner.leftOut += 1;
  return {
    type: 'attachment',
    ...(typeof name === 'string' ? { name: cut(cleaner.text(name), 1_000) } : {}),
    ...(typeof mediaType === 'string' ? { mediaType: cut(cleaner.text(mediaType), 200) } : {}),
    ...(address !== undefined && address.length <= MAX_URL_LENGTH ? { url: cleaner.text(address) } : {}),
    ...(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? { sizeBytes: size } : {}),
  };
}

export function dataPart(name: string, value: unknown, cleaner: Cleaner): MessagePart {
  const named = cut(cleaner.text(name), 200);
  return { type: 'data', name: named === '' ? 'data' : named, data: jsonOf(value, cleaner) };
}

/** Content of a kind that the format isn't known to have: all of it, and noted for the report. */
export function unknownPart(kind: string, value: unknown, cleaner: Cleaner): MessagePart {
  const part = dataPart(kind, value, cleaner);
  if (part.type === 'data') cleaner.noteUnknown(part.name);
  return part;
}

/**
 * Content as OpenAI's chat messages have it: a text, or a list of text, pictures, sound and files. What isn't known yet
 * is kept as data.
 */
export function readContent(content: unknown, cleaner: Cleaner): Said {
  if (typeof content === 'string') return { text: content, parts: [] };
  if (content === undefined || content === null) return { text: '', parts: [] };
  const texts: string[] = [];
  const parts: MessagePart[] = [];
  for (const piece of (Array.isArray(content) ? content : [content]) as readonly unknown[]) {
    if (typeof piece === 'string') texts.push(piece);
    else if (isFields(piece)) readPiece(piece, { texts, parts, cleaner });
  }
  return { text: texts.filter((text) => text !== '').join('\n\n'), parts };
}

interface Found {
  readonly texts: string[];
  readonly parts: MessagePart[];
  readonly cleaner: Cleaner;
}

function readPiece(piece: Fields, { texts, parts, cleaner }: Found): void {
  const type = stringOf(piece.type) ?? 'data';
  const text = textIn(piece);
  if (text !== undefined) {
    texts.push(text);
    return;
  }
  const inner = piece[type];
  if (type === 'image_url' || type === 'input_image')
    parts.push(attachmentPart({ mediaType: 'image/*', url: isFields(inner) ? inner.url : piece.image_url }, cleaner));
  else if (type === 'file' && isFields(inner))
    parts.push(attachmentPart({ name: inner.filename ?? inner.file_id, url: inner.file_data }, cleaner));
  else parts.push(KNOWN_DATA.has(type) ? dataPart(type, piece, cleaner) : unknownPart(type, piece, cleaner));
}

/** Known, and with no other place than data. */
const KNOWN_DATA: ReadonlySet<string> = new Set(['input_audio', 'input_file']);

function textIn(piece: Fields): string | undefined {
  return stringOf(piece.text) ?? stringOf(piece.refusal);
}

/** What `readContent` leaves of each piece: sources, the detail of a picture, the id of a file. */
export function contentRests(content: unknown): readonly Fields[] | undefined {
  if (!Array.isArray(content)) return undefined;
  const rests = content.filter(isFields).flatMap((piece) => {
    const type = stringOf(piece.type) ?? 'data';
    if (textIn(piece) !== undefined) return typed(type, restOf(piece, ['type', 'text', 'refusal']));
    const inner = isFields(piece[type]) ? piece[type] : undefined;
    if (type === 'image_url' || type === 'input_image')
      return typed(type, { ...restOf(piece, ['type', 'image_url']), ...restOf(inner, ['url']) });
    if (type === 'file')
      return typed(type, inner?.filename === undefined ? undefined : restOf(inner, ['filename', 'file_data']));
    return [];
  });
  return rests.length === 0 ? undefined : rests;
}

function typed(type: string, rest: Fields | undefined): readonly Fields[] {
  return rest === undefined || Object.keys(rest).length === 0 ? [] : [{ type, ...rest }];
}

/** Arguments are mostly JSON in a string; what isn't JSON stays the string that it is. */
function argumentsOf(input: unknown, cleaner: Cleaner): JsonValue {
  return jsonOf(typeof input === 'string' ? parsed(input) : input, cleaner);
}

/** The value of JSON text, or the text where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function nameOf(name: unknown, cleaner: Cleaner): string | undefined {
  return typeof name === 'string' && name !== '' ? cut(cleaner.text(name), 200) : undefined;
}

function idOf(id: unknown, cleaner: Cleaner): { toolCallId?: string } {
  return typeof id === 'string' && id !== '' ? { toolCallId: cut(cleaner.text(id), 200) } : {};
}
