import type { MessagePart, MessageRole, MessageStatus } from '../types.ts';

/** What is looked at to choose a message, with what it weighs. */
export interface Weighed {
  readonly role: MessageRole;
  readonly content: string;
  readonly parts: readonly MessagePart[] | null;
  readonly status: MessageStatus;
  readonly tokens: number;
}

export interface Limits {
  readonly maxTokens: number;
  readonly maxMessages: number;
  /** Take answers, too, that were cut off or are still being written? */
  readonly includeUnfinished: boolean;
}

/** The messages within the limits, before it is looked at what belongs together. */
export interface Window {
  /** Index of its first message. */
  readonly start: number;
  /** Nothing before can be in it. */
  readonly isClosed: boolean;
}

/**
 * The longest end of the list that keeps to the limits. A list that lacks older messages gives the same window once it is
 * closed: so it can be read backwards, piece by piece.
 */
export function windowOf(messages: readonly Weighed[], limits: Limits): Window {
  let tokens = 0;
  let count = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message === undefined || !isSaid(message, limits)) continue;
    tokens += message.tokens;
    count += 1;
    if (tokens > limits.maxTokens || count > limits.maxMessages) return { start: index + 1, isClosed: true };
  }
  return { start: 0, isClosed: false };
}

/** System messages are chosen elsewhere, and what says nothing is no use to a model. */
function isSaid({ role, content, parts, status }: Weighed, { includeUnfinished }: Limits): boolean {
  if (role === 'system' || (status !== 'complete' && !includeUnfinished)) return false;
  return content !== '' || (parts !== null && parts.length > 0);
}

/**
 * Which messages of a window a model is given. A tool's result goes with the call that it belongs to and a call with its
 * results: where one of them is missing or outside, the others are left out. Calls at the very end may still wait.
 */
export function select<M extends Weighed>(window: readonly M[], limits: Limits): readonly M[] {
  const said = window.filter((message) => isSaid(message, limits));
  const links = new Links(said);
  const removed = links.removed();
  return said.filter((_, index) => !removed.has(index));
}

interface Call {
  readonly caller: number;
  readonly id: string | undefined;
  /** Messages with its results. */
  readonly results: number[];
}

/** Which results belong to which calls, by the indexes of their messages. */
class Links {
  readonly #messages: readonly Weighed[];
  readonly #calls: Call[] = [];
  readonly #newestById = new Map<string, Call>();
  /** Calls of each message that has some, or for whose results it is. */
  readonly #made = new Map<number, Call[]>();
  readonly #answered = new Map<number, Call[]>();
  readonly #orphans = new Set<number>();

  constructor(messages: readonly Weighed[]) {
    this.#messages = messages;
    for (const [index, message] of messages.entries()) this.#link(index, message);
  }

  /** What isn't whole, and then what isn't whole without it. */
  removed(): ReadonlySet<number> {
    const removed = new Set<number>();
    const waiting = [...this.#orphans, ...this.#unanswered()];
    for (const index of waiting) {
      if (removed.has(index)) continue;
      removed.add(index);
      waiting.push(...(this.#made.get(index) ?? []).flatMap(({ results }) => results));
      waiting.push(...(this.#answered.get(index) ?? []).map(({ caller }) => caller));
    }
    return removed;
  }

  #link(index: number, { role, parts }: Weighed): void {
    let hasResult = false;
    for (const part of parts ?? []) {
      if (part.type === 'tool-call') this.#call(index, part.toolCallId);
      if (part.type !== 'tool-result') continue;
      hasResult = true;
      this.#result(index, part.toolCallId);
    }
    // What a tool says is a result, whether it says so or not.
    if (role === 'tool' && !hasResult) this.#result(index, undefined);
  }

  #call(caller: number, id: string | undefined): void {
    const call: Call = { caller, id, results: [] };
    this.#calls.push(call);
    if (id !== undefined) this.#newestById.set(id, call);
    this.#made.set(caller, [...(this.#made.get(caller) ?? []), call]);
  }

  #result(index: number, id: string | undefined): void {
    const call = (id === undefined ? undefined : this.#newestById.get(id)) ?? this.#nextWithout(id);
    if (call === undefined) {
      this.#orphans.add(index);
      return;
    }
    call.results.push(index);
    this.#answered.set(index, [...(this.#answered.get(index) ?? []), call]);
  }

  /** Where one of the two has no id they belong together by their order: the newest calls' first one without a result. */
  #nextWithout(id: string | undefined): Call | undefined {
    const newest = this.#calls.at(-1);
    return this.#made
      .get(newest?.caller ?? -1)
      ?.find((call) => call.results.length === 0 && (id === undefined || call.id === undefined));
  }

  #unanswered(): readonly number[] {
    const callers = this.#calls.filter(({ results }) => results.length === 0).map(({ caller }) => caller);
    return callers.filter((caller) => !this.#isWaiting(caller));
  }

  /** Calls that are followed by nothing but results of theirs. */
  #isWaiting(caller: number): boolean {
    if (this.#messages[caller]?.status !== 'complete') return false;
    const later = this.#messages.length - 1 - caller;
    const results = new Set((this.#made.get(caller) ?? []).flatMap(({ results: own }) => own));
    results.delete(caller);
    return results.size === later;
  }
}
