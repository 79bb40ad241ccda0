import { hash } from 'node:crypto';
import { invalid } from '../schemas/parse.ts';

/** A range of keys, or of ids: from the first on, up to the second without it. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** What a checkpoint may be called: LangGraph's ids are UUIDs. All these characters lie below `~`, and above a space. */
const CHECKPOINT_ID = /^[\w.-]{1,100}$/;
/** Below every id of a checkpoint, and above it. */
export const FIRST_ID = ' ';
export const LAST_ID = '~';
export const EVERY_ID: KeyRange = { from: FIRST_ID, to: LAST_ID };

const MAX_THREAD = 255;
const MAX_NAMESPACE = 4000;
const MAX_TASK = 255;

/** Where a checkpoint is: the members of a config's `configurable` that every saver reads. */
export interface Place {
  readonly threadId: string;
  readonly namespace: string;
  readonly checkpointId: string | undefined;
}

/** 128 bits, as so many characters. */
const DIGEST = 22;
/** The character above the dot that ends a digest. */
const AFTER_DOT = '/';

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, DIGEST);
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
export function checkpointRange(place: Place, ids: KeyRange): KeyRange {
  return rangeIn(prefixOf(place), ids);
}

/** The same in the thread and namespace that a key is of. */
export function rangeBeside(key: string, ids: KeyRange): KeyRange {
  return rangeIn(key.slice(0, 2 * DIGEST + 1), ids);
}

/** The same in the thread that a key is of, and this namespace. */
export function rangeInThread(key: string, namespace: string, ids: KeyRange): KeyRange {
  return rangeIn(`${key.slice(0, DIGEST)}.${rememberedDigest(namespace)}`, ids);
}

function rangeIn(prefix: string, { from, to }: KeyRange): KeyRange {
  return { from: `${prefix}.${from}`, to: `${prefix}.${to}` };
}

/** Above every key of the thread, or of the thread and namespace, that this key is of. */
export function afterThread(key: string): string {
  return `${key.slice(0, DIGEST)}${AFTER_DOT}`;
}
export function afterNamespace(key: string): string {
  return `${key.slice(0, 2 * DIGEST + 1)}${AFTER_DOT}`;
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

/** A checkpoint's key, and the range of its writes. */
export function withWrites(id: string): KeyRange & { readonly id: string } {
  return { id, ...writesRange(id, id) };
}

export function isWrite(key: string): boolean {
  return key.includes(AFTER_CHECKPOINT);
}

export function indexOfWrite(key: string): number {
  return Number(key.slice(key.lastIndexOf(':') + 1));
}

/** The checkpoint that a write belongs to. */
export function checkpointOfWrite(key: string): string {
  return key.slice(0, key.indexOf(AFTER_CHECKPOINT));
}

/** Everything of a thread. */
export function threadRange(threadId: string): KeyRange {
  const prefix = digest(threadId);
  return { from: `${prefix}.`, to: `${prefix}${AFTER_DOT}` };
}

export const ALL_THREADS: KeyRange = { from: '', to: LAST_ID };

interface Configurable {
  readonly configurable?: Readonly<Record<string, unknown>>;
}

/** Undefined where there is no thread: nothing can be found there. */
export function placeOf({ configurable = {} }: Configurable): Place | undefined {
  const { thread_id: threadId, checkpoint_ns: namespace = '', checkpoint_id: checkpointId } = configurable;
  if (threadId === undefined || threadId === null) return undefined;
  return {
    threadId: text('thread_id', threadId, 1, MAX_THREAD),
    namespace: checkedNamespace(namespace ?? ''),
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

export function checkedNamespace(namespace: unknown): string {
  return text('checkpoint_ns', namespace, 0, MAX_NAMESPACE);
}

export function checkedTask(taskId: unknown): string {
  return text('taskId', taskId, 1, MAX_TASK);
}

function text(path: string, value: unknown, min: number, max: number): string {
  if (typeof value === 'string' && value.length >= min && value.length <= max) return value;
  throw invalid([{ path, message: `must be a text of ${min}–${max} characters` }]);
}
