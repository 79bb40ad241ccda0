import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type Database, isInsideTransaction } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import { InternalError, StatementTimeoutError } from '../errors/index.ts';
import type { JsonValue } from '../schema/json.ts';
import { IdempotencyKeyBusyError, IdempotencyKeyReusedError } from './errors.ts';
import * as queries from './idempotency-key.repository.ts';
import { parseInput } from './input.ts';

/** What a request was answered with. */
export interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent, byte for byte. */
  readonly body: string;
}

export interface IdempotentRequest {
  /** 1–255 visible ASCII characters; the caller makes a new one for each request that it means. */
  readonly key: string;
  /** What tells this request from others, such as its method, path and body. The order of members makes no difference. */
  readonly request: JsonValue;
}

export interface IdempotentOutcome {
  readonly response: StoredResponse;
  /** Was the work done before, and this is what it was answered with then? */
  readonly isReplay: boolean;
}

export interface IdempotencyOptions {
  /** How long an answer is kept, in milliseconds. Default: a day. */
  readonly keepMs?: number;
  /** How long a request waits for the first one of its key in this process, in milliseconds. Default: 10,000. */
  readonly waitMs?: number;
}

const KEEP_MS = 86_400_000;
const WAIT_MS = 10_000;
const RETRY_AFTER_MS = 1000;
const TRIES = 5;

const KEY = /^[\x21-\x7e]{1,255}$/;
const keySchema = z.strictObject({
  key: z.string('must be text').regex(KEY, 'must have 1 to 255 visible ASCII characters'),
});

/**
 * Lets a request be sent again without being done again. The key, what the work writes, and the answer are kept in one
 * transaction: after a crash there is all of it, or nothing and the next one does it. What fails leaves the key free.
 *
 * @example
 * ```ts
 * const keys = new IdempotencyKeys(database);
 * const { response, isReplay } = await keys.run('ada', { key, request: ['POST', path, body] }, async (ada) => {
 *   await ada.run(insertInvoice, invoice);
 *   return { status: 201, headers: {}, body: JSON.stringify(invoice) };
 * });
 * ```
 */
export class IdempotencyKeys {
  readonly #database: Database;
  readonly #keepMs: number;
  readonly #waitMs: number;
  /** Requests that are being answered in this process, by owner and key. Their twins wait here, without a connection. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(database: Database, { keepMs = KEEP_MS, waitMs = WAIT_MS }: IdempotencyOptions = {}) {
    this.#database = database;
    this.#keepMs = keepMs;
    this.#waitMs = waitMs;
  }

  /**
   * Does the work once for a key, and gives its answer also to those who come later with the same request. The work runs in
   * a transaction of the owner, and may be run again when that fails with an error worth another try.
   *
   * @throws ValidationError for a key that can't be, IdempotencyKeyReusedError when it stands for another request,
   * IdempotencyKeyBusyError when the first one takes long, and whatever the work throws
   */
  async run(
    owner: string | UserHandle,
    { key, request }: IdempotentRequest,
    work: (user: UserHandle) => Promise<StoredResponse>,
  ): Promise<IdempotentOutcome> {
    const user = this.#database.forUser(owner);
    parseInput(keySchema, { key });
    const requestHash = hashOf(request);
    const once = (): Promise<IdempotentOutcome> =>
      user.transaction(() => this.#once(user, { key, requestHash }, work), { idempotent: true });
    // Who waited for another request inside a transaction of its own could wait for itself.
    if (isInsideTransaction(this.#database)) return once();
    return this.#inTurn(JSON.stringify([user.userId, key]), once);
  }

  async #once(
    user: UserHandle,
    { key, requestHash }: { key: string; requestHash: string },
    work: (user: UserHandle) => Promise<StoredResponse>,
  ): Promise<IdempotentOutcome> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const claimed = await this.#claim(user, key, requestHash);
      if (claimed !== undefined) {
        const response = await work(user);
        await user.run(queries.complete, { id: claimed.id, ...response });
        return { response, isReplay: false };
      }
      const stored = await user.first(queries.findByKey, { key });
      // It was cleared away between the two statements.
      if (stored === undefined) continue;
      if (stored.request_hash !== requestHash)
        throw new IdempotencyKeyReusedError('This idempotency key was used for another request.');
      if (stored.response_status === null)
        throw new InternalError('A request with an idempotency key runs inside one with the same key.');
      const headers = stored.response_headers as Readonly<Record<string, string>>;
      return {
        response: { status: stored.response_status, headers, body: stored.response_body ?? '' },
        isReplay: true,
      };
    }
    throw busy();
  }

  async #claim(user: UserHandle, key: string, requestHash: string): Promise<{ id: string } | undefined> {
    const now = new Date();
    const expiresAt = new Date(now.getTime() + this.#keepMs);
    try {
      return await user.first(queries.claim, { id: newId(), key, requestHash, now, expiresAt });
    } catch (error) {
      // Nothing but the first request of this key, in another process, lets this statement wait.
      if (error instanceof StatementTimeoutError) throw busy(error);
      throw error;
    }
  }

  /** One after another; who waits too long is sent away. */
  async #inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#waitMs;
    for (let first = this.#running.get(name); first !== undefined; first = this.#running.get(name)) {
      const remaining = deadline - performance.now();
      if (remaining <= 0) throw busy();
      await within(first, remaining);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(name, promise);
    try {
      return await work();
    } finally {
      this.#running.delete(name);
      resolve();
    }
  }
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  const controller = new AbortController();
  try {
    await Promise.race([work, sleep(ms, undefined, { signal: controller.signal }).catch(() => undefined)]);
  } finally {
    controller.abort();
  }
}

function busy(cause?: Error): IdempotencyKeyBusyError {
  return new IdempotencyKeyBusyError('The first request with this idempotency key is still being answered.', {
    ...(cause === undefined ? {} : { cause }),
    details: { retryAfterMs: RETRY_AFTER_MS },
  });
}

function hashOf(request: JsonValue): string {
  return createHash('sha256').update(canonical(request)).digest('hex');
}

/** JSON with the members of objects in order: two requests that say the same are the same. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
