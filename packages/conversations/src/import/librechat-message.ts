import type { MessagePart } from '../types.ts';
import { contentOf, type Fields, isFields, momentOf, stringOf } from './fields.ts';
import type { Cleaner, ConvertedMessage } from './imported.ts';
import {
  attachmentPart,
  boundedMetadata,
  dataPart,
  partsOf,
  reasoningPart,
  type Said,
  toolCallPart,
  toolResultPart,
} from './parts.ts';

/** A message of LibreChat, or null when it says nothing. */
export function messageOf(message: Fields | undefined, cleaner: Cleaner): ConvertedMessage | null {
  if (message === undefined) return null;
  const role = message.isCreatedByUser === true ? 'user' : 'assistant';
  const said = saidIn(message, cleaner);
  const parts = [...said.parts, ...files(message, cleaner)];
  const aborted = message.unfinished === true || message.finish_reason === 'incomplete' || message.error === true;
  if (said.text === '' && parts.length === 0 && (role === 'user' || !aborted)) return null;
  return {
    role,
    content: contentOf(said.text, cleaner),
    parts: partsOf(parts),
    status: aborted && role === 'assistant' ? 'aborted' : 'complete',
    createdAt: momentOf(message.createdAt) ?? momentOf(message.clientTimestamp),
    metadata: boundedMetadata(
      {
        source: 'librechat',
        modelName: role === 'assistant' ? stringOf(message.model) : undefined,
        tokens: tokens(message.tokenCount),
        sender: role === 'assistant' ? stringOf(message.sender) : undefined,
        endpoint: stringOf(message.endpoint),
        error: message.error === true ? true : undefined,
        edited: message.isEdited === true ? true : undefined,
        feedback: message.feedback,
      },
      cleaner,
    ),
  };
}

/** `content` has the steps of an answer; messages that need no steps have only `text`. */
function saidIn(message: Fields, cleaner: Cleaner): Said {
  const pieces = Array.isArray(message.content) ? message.content.filter(isFields) : [];
  if (pieces.length === 0) return { text: stringOf(message.text) ?? '', parts: [] };
  const texts: string[] = [];
  const parts: MessagePart[] = [];
  for (const piece of pieces) {
    const type = stringOf(piece.type) ?? 'data';
    if (type === 'text') texts.push(textOf(piece.text));
    else if (type === 'error') texts.push(textOf(piece.text) || textOf(piece.error));
    else if (type === 'think') parts.push(...reasoningPart(textOf(piece.think), cleaner));
    else if (type === 'tool_call' && isFields(piece.tool_call)) parts.push(...called(piece.tool_call, cleaner));
    else if (type === 'image_file' && isFields(piece.image_file)) parts.push(file(piece.image_file, cleaner));
    else if (type === 'image_url')
      parts.push(
        attachmentPart(
          { mediaType: 'image/*', url: isFields(piece.image_url) ? piece.image_url.url : piece.image_url },
          cleaner,
        ),
      );
    else parts.push(dataPart(type, piece, cleaner));
  }
  return { text: texts.filter((text) => text !== '').join('\n\n'), parts };
}

/** Text stands as it is, or in a `value` beside its citations. */
function textOf(text: unknown): string {
  return stringOf(isFields(text) ? text.value : text) ?? '';
}

/** The call and, where it came back, its result. */
function called(call: Fields, cleaner: Cleaner): MessagePart[] {
  const { id } = call;
  const detail = isFields(call.function) ? call.function : call;
  const interpreter = isFields(call.code_interpreter) ? call.code_interpreter : undefined;
  const name = stringOf(detail.name) ?? stringOf(call.type) ?? 'unnamed';
  const input = interpreter?.input ?? detail.args ?? detail.arguments;
  const output = interpreter?.outputs ?? detail.output;
  return [
    toolCallPart({ name, id, input: input === '' ? undefined : input }, cleaner),
    ...(output === undefined || output === null ? [] : [toolResultPart({ name, id, output }, cleaner)]),
  ];
}

function files(message: Fields, cleaner: Cleaner): MessagePart[] {
  const attached = Array.isArray(message.files) ? message.files.filter(isFields) : [];
  const made = Array.isArray(message.attachments) ? message.attachments.filter(isFields) : [];
  return [
    ...attached.map((each) => file(each, cleaner)),
    ...made.map((each) =>
      typeof each.filename === 'string' ? file(each, cleaner) : dataPart('attachment', each, cleaner),
    ),
  ];
}

function file({ filename, file_id: id, type, filepath, bytes }: Fields, cleaner: Cleaner): MessagePart {
  return attachmentPart({ name: filename ?? id, mediaType: type, url: filepath, size: bytes }, cleaner);
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
