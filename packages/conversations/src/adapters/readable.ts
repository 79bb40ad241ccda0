import { isDeepStrictEqual } from 'node:util';
import { MAX_METADATA_LENGTH, toJson } from '../schemas/json.schema.ts';
import { MAX_PARTS } from '../schemas/part.schema.ts';
import { MAX_MODEL_NAME_LENGTH } from '../schemas/text.schema.ts';
import { MAX_INTEGER } from '../schemas/message.schema.ts';
import type { SaveAnyMessage } from '../inputs.ts';
import type { JsonValue, Message, MessagePart, MessageRole, MessageStatus } from '../types.ts';
import { outlineInPart, outlineOf, type Place, restore } from './outline.ts';

/** A message that is ready to be saved, but for its conversation and place. */
export type Draft = Omit<SaveAnyMessage, 'conversationId' | 'requestId' | 'requestPart' | 'parentId'>;

/** Between the texts of one message, which the library keeps as pieces. */
const SEPARATOR = '\n\n';
/** Of the metadata's room, what outlines leave to others. */
const MAX_OUTLINE_LENGTH = MAX_METADATA_LENGTH / 2;
const MAX_NAME_LENGTH = 200;

interface ToolCall {
  readonly name: string | undefined;
  readonly id: string | undefined;
  readonly input: unknown;
}

interface ToolResult {
  readonly name?: string | undefined;
  readonly id: string | undefined;
  /** Without it the message's content is the output. */
  readonly output?: unknown;
  readonly isError?: boolean;
}

interface Attachment {
  readonly name?: string | undefined;
  readonly mediaType?: string | undefined;
  readonly url?: string | undefined;
}

interface Model {
  readonly name?: unknown;
  readonly tokens?: unknown;
}

/**
 * Another library's message as one of Keelson's, twice over and without saying anything twice: as content and parts, so that
 * search, contexts and exports know what was said, and as an outline in the metadata, from which it comes back as it was.
 *
 * Content and parts needn't be exact. What they can't hold as it is, such as half a surrogate pair, is replaced there.
 */
export class Readable {
  #content = '';
  readonly #parts: MessagePart[] = [];
  readonly #places = new Map<unknown, Place>();
  #model: Model = {};

  text(text: string): void {
    if (text === '') return;
    const said = wellFormed(text);
    const from = this.#content === '' ? 0 : this.#content.length + SEPARATOR.length;
    this.#content += from === 0 ? said : SEPARATOR + said;
    if (said === text) this.#places.set(text, { content: [from, from + text.length] });
  }

  reasoning(text: string): void {
    if (text !== '') this.#add({ type: 'reasoning', text: wellFormed(text) }, text);
  }

  toolCall({ name, id, input }: ToolCall): void {
    const said = json(input);
    const part = { type: 'tool-call', toolName: named(name) ?? 'unknown', ...idOf(id) } as const;
    this.#add(said === undefined ? part : { ...part, input: said }, input);
  }

  toolResult({ name, id, output, isError }: ToolResult): void {
    const said = json(output);
    const toolName = named(name);
    const part: MessagePart = {
      type: 'tool-result',
      ...(toolName === undefined ? {} : { toolName }),
      ...idOf(id),
      ...(said === undefined ? {} : { output: said }),
      ...(isError === true ? { isError } : {}),
    };
    this.#add(part, output);
  }

  attachment({ name, mediaType, url }: Attachment): void {
    const said = { name: named(name), mediaType: named(mediaType), url: url && wellFormed(url) };
    const present = Object.fromEntries(Object.entries(said).filter(([, value]) => value));
    this.#add({ type: 'attachment', ...present }, url);
  }

  /** What has no other shape. */
  data(name: string, value: unknown): void {
    const said = json(value);
    if (said !== undefined) this.#add({ type: 'data', name: named(name) ?? 'unknown', data: said }, value);
  }

  /** Which model it was, and what it took: for statistics. */
  model(model: Model): void {
    this.#model = model;
  }

  /** `format` names the library; `original` is what comes back. */
  draft(options: {
    readonly format: string;
    readonly role: MessageRole;
    readonly original: unknown;
    readonly status?: MessageStatus;
  }): Draft {
    const { format, role, original, status = 'complete' } = options;
    const parts = [...this.#parts];
    let outline = outlineOf(original, this.#places);
    if (lengthOf(outline) > MAX_OUTLINE_LENGTH) {
      parts.push({ type: 'data', name: format, data: outline as JsonValue });
      outline = outlineInPart(parts.length - 1);
    }
    const isEmpty = this.#content === '' && parts.length === 0;
    return {
      role,
      content: this.#content,
      ...(parts.length === 0 ? {} : { parts }),
      // A complete message says something: what says nothing is kept like an answer that was cut off at once.
      status: isEmpty && status === 'complete' ? 'aborted' : status,
      metadata: { ...this.#known(), [format]: outline as JsonValue },
    };
  }

  #add(part: MessagePart, original: unknown): void {
    // One is left for an outline that is long.
    if (this.#parts.length >= MAX_PARTS - 1) return;
    const index = this.#parts.push(part) - 1;
    const isKept = isValue(original) && isDeepStrictEqual(json(original), original);
    if (isKept) this.#places.set(original, { part: index });
  }

  #known(): { modelName?: string; tokens?: number } {
    const { name, tokens } = this.#model;
    const modelName = typeof name === 'string' ? wellFormed(name).slice(0, MAX_MODEL_NAME_LENGTH).toWellFormed() : '';
    const isCount = typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0 && tokens <= MAX_INTEGER;
    return { ...(modelName === '' ? {} : { modelName }), ...(isCount ? { tokens } : {}) };
  }
}

/** What `draft` was given, or undefined for a message that was saved in another way. */
export function originalOf(message: Message, format: string): unknown {
  const { metadata } = message;
  return Object.hasOwn(metadata, format) ? restore(metadata[format], message) : undefined;
}

/** A value as it comes back: without members that are undefined. */
export function asKept(value: unknown): unknown {
  return restore(outlineOf(value, new Map()), { content: '', parts: null });
}

/** Only texts and objects have a place: nothing else is worth one. */
function isValue(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

function json(value: unknown): JsonValue | undefined {
  const result = toJson(value, wellFormed);
  return 'value' in result ? result.value : undefined;
}

function wellFormed(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

function named(name: string | undefined): string | undefined {
  return (
    wellFormed(name ?? '')
      .slice(0, MAX_NAME_LENGTH)
      .toWellFormed() || undefined
  );
}

function idOf(id: string | undefined): { readonly toolCallId?: string } {
  const toolCallId = named(id);
  return toolCallId === undefined ? {} : { toolCallId };
}

/** Of what JSON can't say, none: the message's schema refuses it. */
function lengthOf(outline: unknown): number {
  const result = toJson(outline);
  return 'value' in result ? JSON.stringify(result.value).length : 0;
}
