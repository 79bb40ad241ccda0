import { hash } from 'node:crypto';
import { invalid } from '../schemas/parse.ts';

/** What a checkpoint may be called: LangGraph's ids are UUIDs. All these characters lie below `~`, and above a space. */
const CHECKPOINT_ID = /^[\w.-]{1,100}$/;
/** Below every id of a checkpoint, and above it. */
export const FIRST_ID = ' ';
export const LAST_ID = '~';

const MAX_THREAD = 255;
const MAX_NAMESPACE = 4000;
const MAX_TASK = 255;

/** A range of keys: from the first on, up to the second without it. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** Where a checkpoint is: the members of a config's `configurable` that every saver reads. */
export interface Place {
  readonly threadId: string;
  readonly namespace: string;
  readonly checkpointId: string | undefined;
}

/** 128 bits, as 22 characters. */
function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

const REMEMBERED = 1000;
const digests = new Map<string, string>();

/** A program goes back to the same few threads and namespaces. */
function rememberedDigest(text: string): string {
  let known = digests.get(text);
  if (known === undefined) {
    if (digests.size >= REMEMBERED) digests.clear();
    digests.set(text, (known = digest(text)));
  }
  return known;
}

/** Of a thread in a namespace. A digest has a fixed length and no dots, so that one thread's keys can't look like another's. */
function prefixOf({ threadId, namespace }: Place): string {
  return `${rememberedDigest(threadId)}.${rememberedDigest(namespace)}`;
}

export function checkpointKey(place: Place, checkpointId: string): string {
  return `${prefixOf(place)}.${checkpointId}`;
}

/** Checkpoints of one thread and namespace, from one id up to another without it. */
export function checkpointRange(place: Place, from: string, to: string): KeyRange {
  const prefix = prefixOf(place);
  return { from: `${prefix}.${from}`, to: `${prefix}.${to}` };
}

/** Lies below all that a checkpoint's id is made of, so that writes are in the order of their checkpoints. */
const AFTER_CHECKPOINT = '!';
const AFTER_WRITES = '"';

export function writeKey(checkpoint: string, taskId: string, index: number): string {
  return `${checkpoint}${AFTER_CHECKPOINT}${taskId}:${index}`;
}

/** The writes of the checkpoints of one thread and namespace from one on up to another, with it. */
export function writesRange(first: string, last: string): KeyRange {
  return { from: `${first}${AFTER_CHECKPOINT}`, to: `${last}${AFTER_WRITES}` };
}

/** The checkpoint that a write belongs to. */
export function checkpointOfWrite(key: string): string {
  return key.slice(0, key.indexOf(AFTER_CHECKPOINT));
}

/** Everything of a thread. */
export function threadRange(threadId: string): KeyRange {
  const prefix = digest(threadId);
  // The character after the dot.
  return { from: `${prefix}.`, to: `${prefix}/` };
}

interface Configurable {
  readonly configurable?: Readonly<Record<string, unknown>>;
}

/** Undefined where there is no thread: nothing can be found there. */
export function placeOf({ configurable = {} }: Configurable): Place | undefined {
  const { thread_id: threadId, checkpoint_ns: namespace = '', checkpoint_id: checkpointId } = configurable;
  if (threadId === undefined || threadId === null) return undefined;
  return {
    threadId: text('thread_id', threadId, 1, MAX_THREAD),
    namespace: text('checkpoint_ns', namespace ?? '', 0, MAX_NAMESPACE),
    checkpointId: idOrNone(checkpointId),
  };
}

/** @throws ValidationError without a thread */
export function placeToWrite(config: Configurable): Place {
  const place = placeOf(config);
  if (place === undefined)
    throw invalid([{ path: 'configurable.thread_id', message: 'is needed: it says to which thread this belongs' }]);
  return place;
}

function idOrNone(id: unknown): string | undefined {
  return id === undefined || id === null || id === '' ? undefined : checkedId(id);
}

export function checkedId(id: unknown): string {
  if (typeof id === 'string' && CHECKPOINT_ID.test(id)) return id;
  throw invalid([
    { path: 'checkpoint_id', message: 'must be 1–100 letters, digits, dots, hyphens or underscores, such as a UUID' },
  ]);
}

export function checkedTask(taskId: unknown): string {
  return text('taskId', taskId, 1, MAX_TASK);
}

function text(path: string, value: unknown, min: number, max: number): string {
  if (typeof value === 'string' && value.length >= min && value.length <= max) return value;
  throw invalid([{ path, message: `must be a text of ${min}–${max} characters` }]);
}
