import { createHash, randomBytes } from 'node:crypto';
import type { ChangeBatch, ChangeFeed } from '../changes/contract.ts';
import { decodePosition } from '../changes/position.ts';
import type { Kernel } from '../database/kernel.ts';
import { MOST_BYTES, pack, unpack } from './codec.ts';
import { openEnvelope, seal, TOKEN_BYTES } from './envelope.ts';
import { KEEP_MS, StoreSession } from './session.ts';
import type { ConnectStore } from './shared-store.ts';

/** A store that takes longer is no help. */
const LOOK_UP_MS = 200;
/** It may have much to be told. */
const JOIN_MS = 10_000;
/** How long a store that failed is left alone. */
const PAUSE_MS = 5000;
const CONFIRM_EVERY_MS = 1000;

/** What the store says of an answer: the answer, or what to write it with once it has been read. */
export type LookUp = { readonly value: unknown } | { readonly keep: (value: unknown) => void };

/**
 * The warm tier that processes share. An answer in it holds as long as the tokens of what it depends on: each is taken away
 * when the change feed tells of a change, and made anew, at random, before the next answer is read. So it doesn't matter in
 * which order processes hear of a change: what was read before it can't be written as if it were of after.
 */
export class SharedTier {
  readonly #connect: ConnectStore;
  readonly #kernel: Kernel;
  readonly #feed: ChangeFeed;
  #session: StoreSession | undefined;
  #joining: StoreSession | undefined;
  #isBusy = false;
  #pausedUntil = -Infinity;
  #confirmedAt = -Infinity;
  #isClosed = false;

  constructor(connect: ConnectStore, { kernel, feed }: { readonly kernel: Kernel; readonly feed: ChangeFeed }) {
    this.#connect = connect;
    this.#kernel = kernel;
    this.#feed = feed;
  }

  /** Undefined while the store can't be used. Never throws. */
  async lookUp(key: string, dependencies: readonly string[]): Promise<LookUp | undefined> {
    const session = this.#session;
    if (session === undefined) {
      this.#joinSoon();
      return undefined;
    }
    return this.#guarded(session, async () => {
      await session.told;
      const answerKey = session.keyOf('answer', key);
      const tokenKeys = dependencies.map((dependency) => session.keyOf('token', dependency));
      const [answer, ...tokens] = await session.store.read([answerKey, ...tokenKeys]);
      const value = answer === undefined ? undefined : answerOf(answer, { key, tokens });
      if (value !== undefined) return value;
      const held = await session.store.claim(tokenKeys, randomBytes(TOKEN_BYTES), KEEP_MS);
      return { keep: (read: unknown) => this.#keep(session, { key, answerKey, tokens: held }, read) };
    });
  }

  /** All that the feed tells, in its order. */
  tell({ changes, position }: ChangeBatch): void {
    this.#joining?.tell(changes);
    const session = this.#session;
    if (session === undefined) return;
    session.tell(changes);
    if (performance.now() - this.#confirmedAt < CONFIRM_EVERY_MS) return;
    this.#confirmedAt = performance.now();
    void this.#guarded(session, async () => {
      // Another generation has begun meanwhile: go over to it.
      if (!(await session.confirm(position))) this.#leave(session);
    });
  }

  /** The feed has missed changes: what was told so far is no longer all. */
  restart(): void {
    if (this.#session !== undefined) this.#leave(this.#session);
    if (this.#joining !== undefined) this.#pause(this.#joining, new Error('Changes were missed.'));
  }

  close(): void {
    this.#isClosed = true;
    this.#session?.store.close();
    this.#joining?.store.close();
    this.#session = undefined;
    this.#joining = undefined;
  }

  #keep(
    session: StoreSession,
    { key, answerKey, tokens }: { key: string; answerKey: string; tokens: readonly Uint8Array[] },
    value: unknown,
  ): void {
    if (this.#session !== session) return;
    const packed = pack(value);
    if (packed.length > MOST_BYTES) return;
    void this.#guarded(session, () => session.store.write(answerKey, seal({ key, tokens, packed }), KEEP_MS));
  }

  /** In the background: nobody waits for a connection. */
  #joinSoon(): void {
    if (this.#isBusy || this.#isClosed || performance.now() < this.#pausedUntil) return;
    this.#isBusy = true;
    void this.#kernel.transactions
      .outside(() => this.#join())
      .finally(() => {
        this.#isBusy = false;
      });
  }

  async #join(): Promise<void> {
    let session: StoreSession | undefined;
    try {
      const name = await this.#databaseName();
      const store = await this.#connect((error) => {
        if (session !== undefined) this.#pause(session, error);
      });
      session = new StoreSession(store, name);
      this.#joining = session;
      await within(JOIN_MS, session.join(this.#feed));
      if (this.#joining !== session || this.#isClosed) return;
      this.#joining = undefined;
      this.#session = session;
      this.#kernel.emit({ type: 'cache-store', state: 'joined' });
    } catch (error) {
      this.#pause(session, error);
    }
  }

  /** A copy of a database has its epoch, too, so its place belongs to it. */
  async #databaseName(): Promise<string> {
    const { target } = this.#kernel.config;
    const { epoch } = decodePosition(await this.#feed.position());
    const place = target.engine === 'sqlite' ? target.path : `${target.host}:${target.port}/${target.database}`;
    return createHash('sha256').update(`${epoch} ${place}`).digest('base64url');
  }

  async #guarded<T>(session: StoreSession, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await within(LOOK_UP_MS, work());
    } catch (error) {
      this.#pause(session, error);
      return undefined;
    }
  }

  #leave(session: StoreSession): void {
    if (this.#session === session) this.#session = undefined;
    if (this.#joining === session) this.#joining = undefined;
    session.store.close();
  }

  /** Told once for each connection, however many calls were waiting on it. */
  #pause(session: StoreSession | undefined, cause: unknown): void {
    if (this.#isClosed) return;
    if (session !== undefined && this.#session !== session && this.#joining !== session) return;
    this.#pausedUntil = performance.now() + PAUSE_MS;
    if (session !== undefined) this.#leave(session);
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#kernel.emit({ type: 'cache-store', state: 'paused', error });
  }
}

/** The answer in it, if it is that of the key and still holds. */
function answerOf(
  bytes: Uint8Array,
  wanted: { readonly key: string; readonly tokens: readonly (Uint8Array | undefined)[] },
): { readonly value: unknown } | undefined {
  const found = openEnvelope(bytes);
  if (found === undefined || found.key !== wanted.key || found.tokens.length !== wanted.tokens.length) return undefined;
  const holds = found.tokens.every((token, index) => {
    const now = wanted.tokens[index];
    return now !== undefined && Buffer.compare(token, now) === 0;
  });
  if (!holds) return undefined;
  try {
    return { value: unpack(found.packed) };
  } catch {
    // Written by another version of Node, or not by Keelson: read anew, and written over.
    return undefined;
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const tell = (): void => reject(new Error(`The shared cache did not answer within ${ms} ms.`));
    // After a turn that took long its answer may be there already, and is looked at before `tell`.
    timer = setTimeout(() => setImmediate(tell), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
