import type { MessagePart } from '../types.ts';
import { type Details, present, restOf, restsOf, withDetails } from './details.ts';
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
  unknownPart,
} from './parts.ts';

/** A message of LibreChat, or null when it says nothing. */
export function messageOf(message: Fields | undefined, cleaner: Cleaner): ConvertedMessage | null {
  if (message === undefined) return null;
  const role = message.isCreatedByUser === true ? 'user' : 'assistant';
  const said = saidIn(message, cleaner);
  const parts = [...said.parts, ...quotes(message, cleaner), ...files(message, cleaner)];
  const aborted = message.unfinished === true || message.finish_reason === 'incomplete' || message.error === true;
  if (said.text === '' && parts.length === 0 && (role === 'user' || !aborted)) return null;
  const converted: ConvertedMessage = {
    role,
    content: contentOf(said.text, cleaner),
    parts: partsOf(parts, cleaner),
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
  return withDetails(converted, detailsOf(message, role, said), { format: 'librechat', cleaner });
}

const PLACED = [
  '_id',
  '__v',
  '_meiliIndex',
  'messageId',
  'parentMessageId',
  'conversationId',
  'children',
  'text',
  'content',
  'createdAt',
  'isCreatedByUser',
  'unfinished',
  'tokenCount',
  'endpoint',
  'error',
  'isEdited',
  'feedback',
  'quotes',
  'files',
  'attachments',
];
const PLACED_ANSWER = ['model', 'sender'];
const PLACED_FILE = ['filename', 'filepath', 'type', 'bytes'];

function detailsOf(message: Fields, role: 'user' | 'assistant', said: Said): Details {
  const text = stringOf(message.text) ?? '';
  return present({
    ...restOf(message, role === 'assistant' ? [...PLACED, ...PLACED_ANSWER] : PLACED),
    // Beside the steps, the text may be another one.
    text: said.text.includes(text.trim()) ? undefined : text,
    content: pieceRests(message.content),
    files: restsOf(message.files, PLACED_FILE),
    attachments: restsOf(named(message.attachments), PLACED_FILE),
  });
}

/** What `saidIn` leaves of each step. */
function pieceRests(content: unknown): readonly Fields[] | undefined {
  if (!Array.isArray(content)) return undefined;
  const rests = content.filter(isFields).flatMap((piece) => {
    const type = stringOf(piece.type) ?? '';
    const inner = piece[type];
    const rest = present({
      ...(KNOWN.has(type) ? restOf(piece, ['type', type, 'text', 'error']) : undefined),
      [type]: innerRest(type, inner),
    });
    return rest === undefined ? [] : [{ type, ...rest }];
  });
  return rests.length === 0 ? undefined : rests;
}

const KNOWN: ReadonlySet<string> = new Set([
  'text',
  'error',
  'think',
  'tool_call',
  'image_file',
  'image_url',
  'video_url',
]);

function innerRest(type: string, inner: unknown): Details {
  if (type === 'text' || type === 'think') return restOf(inner, ['value']);
  if (type === 'image_file') return restOf(inner, ['filename', 'filepath', 'type', 'bytes']);
  if (type === 'image_url' || type === 'video_url') return restOf(inner, ['url']);
  if (type !== 'tool_call' || !isFields(inner)) return undefined;
  return present({
    ...restOf(inner, ['id', 'type', 'name', 'args', 'arguments', 'output', 'function', 'code_interpreter']),
    function: restOf(inner.function, ['name', 'arguments', 'args', 'output']),
    code_interpreter: restOf(inner.code_interpreter, ['input', 'outputs']),
  });
}

/** What a question takes up from earlier messages: the model was given it before the text. */
function quotes({ quotes: found }: Fields, cleaner: Cleaner): MessagePart[] {
  return Array.isArray(found) && found.length > 0 ? [dataPart('quotes', found, cleaner)] : [];
}

/** `content` has the steps of an answer; messages that need no steps have only `text`. */
function saidIn(message: Fields, cleaner: Cleaner): Said {
  const pieces = Array.isArray(message.content) ? message.content.filter(isFields) : [];
  const whole = stringOf(message.text) ?? '';
  const said = readPieces(pieces, cleaner);
  return said.text === '' ? { ...said, text: whole } : said;
}

function readPieces(pieces: readonly Fields[], cleaner: Cleaner): Said {
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
    else if (type === 'video_url' && isFields(piece.video_url))
      parts.push(attachmentPart({ mediaType: 'video/*', url: piece.video_url.url }, cleaner));
    else parts.push(KNOWN_DATA.has(type) ? dataPart(type, piece, cleaner) : unknownPart(type, piece, cleaner));
  }
  return { text: texts.filter((text) => text !== '').join('\n\n'), parts };
}

/** Known, and with no other place than data. */
const KNOWN_DATA: ReadonlySet<string> = new Set(['agent_update', 'input_audio', 'summary']);

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
    ...made.map((each) => (isNamed(each) ? file(each, cleaner) : dataPart('attachment', each, cleaner))),
  ];
}

function named(attachments: unknown): readonly Fields[] {
  return Array.isArray(attachments) ? attachments.filter(isFields).filter(isNamed) : [];
}

function isNamed({ filename }: Fields): boolean {
  return typeof filename === 'string';
}

function file({ filename, file_id: id, type, filepath, bytes }: Fields, cleaner: Cleaner): MessagePart {
  return attachmentPart({ name: filename ?? id, mediaType: type, url: filepath, size: bytes }, cleaner);
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
