import type { UserHandle } from '@keelson/db-core';
import { ContextTooLargeError } from '../errors.ts';
import { toMessage } from '../mapping.ts';
import { findLeaf, type Leaf } from '../path/leaf.ts';
import { readRows } from '../path/pages.ts';
import { type Path, readPath } from '../path/path.ts';
import * as queries from '../repositories/path.repository.ts';
import type { ValidContext } from '../schemas/context.schema.ts';
import type { ContextMessage, ModelContext } from '../types.ts';
import { type Scale, scaleOf } from './scale.ts';
import { type Limits, select, type Weighed, windowOf } from './select.ts';

/** Enough for most contexts; longer ones are read in larger steps. */
const FIRST_STEP = 32;
const MAX_STEP = 512;
const SYSTEM_STEP = 100;

type PathRow = (typeof queries.listSystem)['row'];

/** A message of the branch on the scale. */
interface Item extends Weighed {
  readonly message: ContextMessage;
}

/** Reads backwards from the branch's end, no further than the budget reaches. To be called within `asOne`. */
export async function buildContext(user: UserHandle, input: ValidContext): Promise<ModelContext> {
  const { conversationId, maxTokens, maxMessages, includeSystem, includeUnfinished } = input;
  const leaf = await findLeaf(user, input);
  const path = await readPath(user, conversationId, leaf.seq);
  const reader = new ContextReader(user, { leaf, path, scale: scaleOf(input) });
  const system = includeSystem ? await reader.listSystem(maxTokens) : [];
  const systemTokens = sumOf(system);
  const limits = { maxTokens: maxTokens - systemTokens, maxMessages, includeUnfinished };
  const { window, start } = await reader.window(limits);
  const chosen = select(window, limits);
  const conversation = sumOf(chosen);
  const isEarlier = ({ message }: Item): boolean => message.seq < start;
  const systemInside = window.filter(({ role }) => role === 'system').length;
  return {
    messages: [...system, ...chosen].map(({ message }) => message).toSorted((a, b) => a.seq - b.seq),
    tokens: { system: systemTokens, conversation, total: systemTokens + conversation },
    leftOut: {
      earlier: path.length - window.length - system.filter(isEarlier).length,
      incomplete: window.length - chosen.length - systemInside,
    },
  };
}

class ContextReader {
  readonly #user: UserHandle;
  readonly #leaf: Leaf;
  readonly #path: Path;
  readonly #scale: Scale;

  constructor(
    user: UserHandle,
    { leaf, path, scale }: { readonly leaf: Leaf; readonly path: Path; readonly scale: Scale },
  ) {
    this.#user = user;
    this.#leaf = leaf;
    this.#path = path;
    this.#scale = scale;
  }

  /**
   * The branch's system messages, wherever they stand.
   *
   * @throws ContextTooLargeError as soon as they are over the budget
   */
  async listSystem(maxTokens: number): Promise<readonly Item[]> {
    const items: Item[] = [];
    let afterSeq = 0;
    let isMore = true;
    while (isMore) {
      const rows = await this.#user.all(queries.listSystem, {
        conversationId: this.#leaf.conversationId,
        afterSeq,
        seq: this.#leaf.seq,
        limit: SYSTEM_STEP,
      });
      items.push(...(await this.#weigh(rows.filter(({ seq }) => this.#path.has(seq)))));
      const tokens = sumOf(items);
      if (tokens > maxTokens) throw ContextTooLargeError.of(tokens, maxTokens);
      afterSeq = rows.at(-1)?.seq ?? afterSeq;
      isMore = rows.length === SYSTEM_STEP;
    }
    return items;
  }

  /** What the limits leave room for, oldest first, and the number at which it begins. */
  async window(limits: Limits): Promise<{ readonly window: readonly Item[]; readonly start: number }> {
    let items: readonly Item[] = [];
    let step = FIRST_STEP;
    let before: number | undefined;
    for (;;) {
      const seqs = this.#path.newest(step, before);
      const rows = await readRows(this.#user, this.#leaf, seqs);
      items = [...(await this.#weigh(rows)).toReversed(), ...items];
      const { start, isClosed } = windowOf(items, limits);
      if (isClosed || seqs.length < step) {
        const window = items.slice(start);
        return { window, start: window[0]?.message.seq ?? Number.MAX_SAFE_INTEGER };
      }
      before = seqs.at(-1);
      step = Math.min(step * 2, MAX_STEP);
    }
  }

  async #weigh(rows: readonly PathRow[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (const row of rows) {
      const message = toMessage(row);
      const tokenCount = await this.#scale(message, row.token_count);
      const { role, content, parts, status } = message;
      items.push({ role, content, parts, status, tokens: tokenCount, message: { ...message, tokenCount } });
    }
    return items;
  }
}

function sumOf(items: readonly Item[]): number {
  return items.reduce((sum, { tokens }) => sum + tokens, 0);
}
