import type { MessagePart, MessageRole, MessageStatus } from '../types.ts';
import { contentOf, cut, type Fields, isFields, metadataOf, roleIn, secondsToDate, shown, stringOf } from './fields.ts';
import { type Cleaner, type ConvertedMessage, ImportFault } from './imported.ts';
import { dataPart, partsOf } from './parts.ts';

const ROLES: Readonly<Record<string, MessageRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
};

/** The message of a node, or null when the node says nothing. */
export function messageOf(message: unknown, cleaner: Cleaner): ConvertedMessage | null {
  if (!isFields(message)) return null;
  const author = isFields(message.author) ? message.author : {};
  const role = roleIn(ROLES, author.role);
  if (role === undefined) throw new ImportFault('UNKNOWN_ROLE', `a message has the role ${shown(author.role)}`);
  const metadata = isFields(message.metadata) ? message.metadata : {};
  const said = read(isFields(message.content) ? message.content : {}, cleaner);
  const parts = [...toolParts(message, role, author, cleaner), ...said.parts, ...attachments(metadata, cleaner)];
  const status = statusOf(message, metadata);
  if (said.text === '' && said.parts.length === 0 && (role !== 'assistant' || status === 'complete')) return null;
  return {
    role,
    content: contentOf(said.text, cleaner),
    parts: partsOf(parts),
    status,
    createdAt: secondsToDate(message.create_time),
    metadata: metadataOf(
      {
        source: 'chatgpt',
        modelName: stringOf(metadata.model_slug),
        hidden: metadata.is_visually_hidden_from_conversation === true ? true : undefined,
      },
      cleaner,
    ),
  };
}

function statusOf(message: Fields, metadata: Fields): MessageStatus {
  const finish = isFields(metadata.finish_details) ? metadata.finish_details.type : undefined;
  if (finish === 'interrupted') return 'aborted';
  const status = stringOf(message.status) ?? 'finished_successfully';
  if (status === 'finished_successfully') return 'complete';
  return 'aborted';
}

/** A message to a tool is a call, one from a tool its result; the content itself is the input or the output. */
function toolParts(message: Fields, role: MessageRole, author: Fields, cleaner: Cleaner): MessagePart[] {
  const recipient = stringOf(message.recipient) ?? 'all';
  if (role === 'assistant' && recipient !== 'all' && recipient !== '') {
    return [{ type: 'tool-call', toolName: cut(cleaner.text(recipient), 200) }];
  }
  if (role !== 'tool') return [];
  const name = stringOf(author.name);
  return [{ type: 'tool-result', ...(name ? { toolName: cut(cleaner.text(name), 200) } : {}) }];
}

function attachments(metadata: Fields, cleaner: Cleaner): MessagePart[] {
  const list = Array.isArray(metadata.attachments) ? metadata.attachments.filter(isFields) : [];
  return list.map((file) =>
    attachment(stringOf(file.name), stringOf(file.mime_type) ?? stringOf(file.mimeType), file.size, cleaner),
  );
}

function attachment(
  name: string | undefined,
  mediaType: string | undefined,
  size: unknown,
  cleaner: Cleaner,
): MessagePart {
  return {
    type: 'attachment',
    ...(name === undefined ? {} : { name: cut(cleaner.text(name), 1_000) }),
    ...(mediaType === undefined ? {} : { mediaType: cut(cleaner.text(mediaType), 200) }),
    ...(Number.isSafeInteger(size) && Number(size) >= 0 ? { sizeBytes: Number(size) } : {}),
  };
}

interface Said {
  readonly text: string;
  readonly parts: readonly MessagePart[];
}

function read(content: Fields, cleaner: Cleaner): Said {
  const type = stringOf(content.content_type) ?? 'text';
  switch (type) {
    case 'text':
    case 'multimodal_text':
      return readParts(content, cleaner);
    case 'code':
    case 'execution_output':
    case 'system_error':
      return { text: stringOf(content.text) ?? '', parts: [] };
    case 'tether_quote':
    case 'tether_browsing_display':
    case 'sonic_webpage':
      return {
        text: stringOf(content.text) ?? stringOf(content.result) ?? '',
        parts: [dataPart(type, without(content, ['text', 'result']), cleaner)],
      };
    case 'user_editable_context':
      return {
        text: [content.user_profile, content.user_instructions].filter((text) => typeof text === 'string').join('\n\n'),
        parts: [],
      };
    case 'thoughts':
    case 'reasoning_recap':
      return { text: '', parts: reasoning(content, cleaner) };
    default:
      return readUnknown(type, content, cleaner);
  }
}

/** `parts` has strings, which are the text, and objects: pictures, recordings, what comes next year. */
function readParts(content: Fields, cleaner: Cleaner): Said {
  const pieces: unknown[] = Array.isArray(content.parts) ? content.parts : [];
  const texts: string[] = [];
  const parts: MessagePart[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') texts.push(piece);
    else if (isFields(piece)) {
      const type = stringOf(piece.content_type) ?? 'part';
      if (type === 'audio_transcription' && typeof piece.text === 'string') texts.push(piece.text);
      else if (type.endsWith('_asset_pointer')) {
        parts.push(
          attachment(
            stringOf(piece.asset_pointer),
            type === 'image_asset_pointer' ? 'image/*' : undefined,
            piece.size_bytes,
            cleaner,
          ),
        );
      } else parts.push(dataPart(type, piece, cleaner));
    }
  }
  return { text: texts.filter((text) => text !== '').join('\n\n'), parts };
}

function reasoning(content: Fields, cleaner: Cleaner): MessagePart[] {
  const thoughts = Array.isArray(content.thoughts) ? content.thoughts.filter(isFields) : [];
  const texts = [
    stringOf(content.content),
    ...thoughts.map((thought) => stringOf(thought.content) ?? stringOf(thought.summary)),
  ];
  return texts
    .filter((text) => text !== undefined && text !== '')
    .map((text) => ({ type: 'reasoning', text: contentOf(text ?? '', cleaner) }));
}

/** A kind of content that isn't known yet keeps its text where it is usual, and all of it as data. */
function readUnknown(type: string, content: Fields, cleaner: Cleaner): Said {
  const said = readParts(content, cleaner);
  const text = stringOf(content.text) ?? stringOf(content.result) ?? said.text;
  return { text, parts: [dataPart(type, without(content, ['text', 'result', 'parts']), cleaner), ...said.parts] };
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
