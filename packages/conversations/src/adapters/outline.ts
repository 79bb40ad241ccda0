import { textFault } from '../schemas/text.schema.ts';
import type { Message, MessagePart } from '../types.ts';

/**
 * Where in a message something is said that its outline needn't say again: a piece of the content, or what a part holds.
 */
export type Place = { readonly content: readonly [from: number, to: number] } | { readonly part: number };

export type Places = ReadonlyMap<unknown, Place>;

/** The member that tells what stands for something else. An object that has it itself is written as a list of members. */
const MARK = '$keelson';
/** Shorter texts are written out: to say where they are would be longer. */
const MIN_LENGTH = 32;
/** Deeper values are left as they are: the message's schema refuses them. */
const MAX_DEPTH = 64;

/**
 * A value as JSON without what the message says elsewhere: long texts and parts' values are replaced by their places. What
 * JSON or a database can't keep, bytes and bad text, is written so that it can.
 */
export function outlineOf(value: unknown, places: Places, depth = 0): unknown {
  if (typeof value === 'string') return outlineOfText(value, places);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  const place = places.get(value);
  if (place !== undefined) return { [MARK]: place };
  if (value instanceof Uint8Array) return { [MARK]: { bytes: Buffer.from(value).toString('base64') } };
  if (Array.isArray(value)) return value.map((item) => outlineOf(item, places, depth + 1));
  if (!isPlain(value)) return value;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => [name, outlineOf(member, places, depth + 1)] as const);
  return Object.hasOwn(value, MARK) ? { [MARK]: { members } } : Object.fromEntries(members);
}

function outlineOfText(text: string, places: Places): unknown {
  const place = text.length >= MIN_LENGTH ? places.get(text) : undefined;
  if (place !== undefined) return { [MARK]: place };
  return textFault(text) === null ? text : { [MARK]: { escaped: JSON.stringify(text) } };
}

/** What an outline was made of. */
export function restore(outline: unknown, message: Pick<Message, 'content' | 'parts'>): unknown {
  if (typeof outline !== 'object' || outline === null) return outline;
  if (Array.isArray(outline)) return outline.map((item) => restore(item, message));
  const found: unknown = Object.hasOwn(outline, MARK) ? Reflect.get(outline, MARK) : undefined;
  if (found !== undefined) return resolve(Object(found), message);
  return Object.fromEntries(Object.entries(outline).map(([name, member]) => [name, restore(member, message)]));
}

interface Mark {
  readonly content?: readonly [number, number];
  readonly part?: number;
  readonly bytes?: string;
  readonly escaped?: string;
  readonly members?: readonly (readonly [string, unknown])[];
  readonly outline?: number;
}

function resolve(mark: Mark, message: Pick<Message, 'content' | 'parts'>): unknown {
  if (mark.content !== undefined) return message.content.slice(...mark.content);
  if (mark.part !== undefined) return valueOf(message.parts?.[mark.part]);
  if (mark.bytes !== undefined) return new Uint8Array(Buffer.from(mark.bytes, 'base64'));
  if (mark.escaped !== undefined) return JSON.parse(mark.escaped);
  if (mark.outline !== undefined) return restore(valueOf(message.parts?.[mark.outline]), message);
  return Object.fromEntries((mark.members ?? []).map(([name, member]) => [name, restore(member, message)]));
}

/** Stands for an outline that is too long for metadata, and is a part of the message instead. */
export function outlineInPart(part: number): unknown {
  return { [MARK]: { outline: part } };
}

/** The one value of a part that may be long. */
export function valueOf(part: MessagePart | undefined): unknown {
  switch (part?.type) {
    case 'text':
    case 'reasoning':
      return part.text;
    case 'tool-call':
      return part.input;
    case 'tool-result':
      return part.output;
    case 'attachment':
      return part.url;
    case 'data':
      return part.data;
    case undefined:
      return undefined;
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
