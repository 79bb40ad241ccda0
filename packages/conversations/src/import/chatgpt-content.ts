import type { MessagePart } from '../types.ts';
import { type Details, present, restOf, restsOf } from './details.ts';
import { contentOf, cut, type Fields, isFields, stringOf } from './fields.ts';
import type { Cleaner } from './imported.ts';
import { attachmentPart, dataPart, type Said, unknownPart } from './parts.ts';

/** What a message says, and what of it has no place. */
export interface SaidByChatgpt extends Said {
  readonly rest: Details;
}

export function readChatgptContent(content: Fields, cleaner: Cleaner): SaidByChatgpt {
  const type = stringOf(content.content_type) ?? 'text';
  switch (type) {
    case 'text':
    case 'multimodal_text':
      return readParts(content, cleaner);
    case 'code':
    case 'execution_output':
    case 'system_error':
      return { ...readParts(content, cleaner), rest: restOf(content, ['text', 'parts']) };
    case 'citable_code_output':
      return { text: stringOf(content.output_str) ?? '', parts: [], rest: restOf(content, ['output_str']) };
    case 'computer_output':
      return { text: '', parts: [dataPart(type, content, cleaner)], rest: undefined };
    case 'tether_quote':
    case 'tether_browsing_display':
    case 'sonic_webpage': {
      const text = stringOf(content.text) ?? stringOf(content.result) ?? '';
      return { text, parts: [dataPart(type, without(content, ['text', 'result']), cleaner)], rest: undefined };
    }
    case 'user_editable_context':
      return readContext(content, ['user_profile', 'user_instructions']);
    case 'model_editable_context':
      return readContext(content, ['model_set_context']);
    case 'thoughts':
    case 'reasoning_recap':
      return { text: '', parts: reasoning(content, cleaner), rest: restOf(content, ['content', 'thoughts']) };
    default:
      return readUnknown(type, content, cleaner);
  }
}

/** What people said of themselves, or had ChatGPT remember. */
function readContext(content: Fields, names: readonly string[]): SaidByChatgpt {
  const texts = names.map((name) => content[name]).filter((text) => typeof text === 'string');
  return { text: joined(texts), parts: [], rest: restOf(content, names) };
}

/** `parts` has strings, which are the text, and objects: pictures, recordings, what comes next year. */
function readParts(content: Fields, cleaner: Cleaner): SaidByChatgpt {
  const texts: string[] = [];
  const parts: MessagePart[] = [];
  const rests: Fields[] = [];
  for (const piece of Array.isArray(content.parts) ? (content.parts as readonly unknown[]) : []) {
    if (typeof piece === 'string') texts.push(piece);
    else if (isFields(piece)) readPiece(piece, { texts, parts, rests, cleaner });
  }
  const text = joined(texts);
  return {
    // Code has its text beside the parts.
    text: text === '' ? (stringOf(content.text) ?? '') : text,
    parts,
    rest: present({ ...restOf(content, ['content_type', 'parts', 'text']), parts: rests }),
  };
}

interface Found {
  readonly texts: string[];
  readonly parts: MessagePart[];
  readonly rests: Fields[];
  readonly cleaner: Cleaner;
}

function readPiece(piece: Fields, { texts, parts, rests, cleaner }: Found): void {
  const type = stringOf(piece.content_type) ?? 'part';
  if (type === 'audio_transcription' && typeof piece.text === 'string') {
    texts.push(piece.text);
    noteRest(rests, type, restOf(piece, ['content_type', 'text']));
    return;
  }
  const pointers = type.endsWith('_asset_pointer') ? pointersIn(piece, type) : [];
  if (pointers.length === 0) {
    parts.push(unknownPart(type, piece, cleaner));
    return;
  }
  for (const { asset_pointer: name, mediaType, size_bytes: size } of pointers)
    parts.push(attachmentPart({ name, mediaType, size }, cleaner));
  const placed = ['content_type', 'asset_pointer', 'size_bytes'];
  const nested = NESTED.map((name) => [name, restsOf([piece[name]].flat(), placed)]);
  noteRest(rests, type, present({ ...restOf(piece, [...placed, ...NESTED]), ...Object.fromEntries(nested) }));
}

function noteRest(rests: Fields[], type: string, rest: Details): void {
  if (rest !== undefined) rests.push({ content_type: type, ...rest });
}

/** A recording with pictures has pointers within pointers. */
const NESTED = ['audio_asset_pointer', 'video_container_asset_pointer', 'frames_asset_pointers'] as const;

function pointersIn(piece: Fields, type: string): readonly Fields[] {
  const own = typeof piece.asset_pointer === 'string' ? [{ ...piece, mediaType: mediaTypeOf(type, piece.format) }] : [];
  const nested = NESTED.flatMap((name) => {
    const found: readonly unknown[] = Array.isArray(piece[name]) ? piece[name] : [piece[name]];
    return found.flatMap((each): readonly Fields[] => {
      if (typeof each === 'string') return [{ asset_pointer: each, mediaType: mediaTypeOf(name, piece.format) }];
      return isFields(each) && typeof each.asset_pointer === 'string'
        ? [{ ...each, mediaType: mediaTypeOf(name, each.format) }]
        : [];
    });
  });
  return [...own, ...nested];
}

function mediaTypeOf(type: string, format: unknown): string | undefined {
  if (type.startsWith('image') || type.startsWith('frames')) return 'image/*';
  if (type.startsWith('video')) return 'video/*';
  if (!type.startsWith('audio')) return undefined;
  return `audio/${typeof format === 'string' && /^[a-z0-9]+$/u.test(format) ? format : '*'}`;
}

/** Thoughts have a heading each, which may be all that is told of them. */
function reasoning(content: Fields, cleaner: Cleaner): MessagePart[] {
  const thoughts = Array.isArray(content.thoughts) ? content.thoughts.filter(isFields) : [];
  const texts = [
    stringOf(content.content) ?? '',
    ...thoughts.map(({ summary, content: thought }) =>
      joined([summary, thought].filter((text) => typeof text === 'string')),
    ),
  ];
  return texts.filter((text) => text !== '').map((text) => ({ type: 'reasoning', text: contentOf(text, cleaner) }));
}

/** A kind of content that isn't known yet keeps its text where it is usual, and all of it as data. */
function readUnknown(type: string, content: Fields, cleaner: Cleaner): SaidByChatgpt {
  const { text: said, parts } = readParts(content, cleaner);
  const text = stringOf(content.text) ?? stringOf(content.result) ?? said;
  const part = unknownPart(cut(type, 200), without(content, ['text', 'result', 'parts']), cleaner);
  return { text, parts: [part, ...parts], rest: undefined };
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
