import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { ChangeBatch, ChangeFeed } from '../changes/contract.ts';
import { ResyncRequiredError } from '../errors/index.ts';
import { packageVersion } from '../version.ts';
import { dependencyKey } from './keys.ts';
import type { SharedStore } from './shared-store.ts';

/** So that what nobody asks for any more goes away. Losing anything early does no harm. */
export const KEEP_MS = 3_600_000;
const STATE_KEEP_MS = 24 * KEEP_MS;
const BATCH = 1000;
const MOST_BATCHES = 20;

/** In this generation, all that changed up to the position has been told to the store. */
const stateSchema = z.object({ generation: z.uuid(), position: z.string().min(1) });
type State = z.output<typeof stateSchema>;

/** One connection to the store, from when it is known that the store knows of all changes up to now. */
export class StoreSession {
  readonly store: SharedStore;
  readonly #name: string;
  #generation = '';
  #removing: Promise<unknown> = Promise.resolve();

  /** The name sets databases apart. */
  constructor(store: SharedStore, name: string) {
    this.store = store;
    this.#name = `keelson:${packageVersion}:${name}`;
  }

  /** Hashed, since users' names and ids are nobody else's business. */
  keyOf(kind: 'answer' | 'token', text: string): string {
    const hash = createHash('sha256').update(text).digest('base64url');
    return `${this.#name}:${this.#generation}:${kind}:${hash}`;
  }

  /**
   * Finds out up to which change the store has been told, and tells it the rest. Changes that come while this goes on are
   * told by {@link tell} as well; doing so twice does no harm.
   */
  async join(feed: Pick<ChangeFeed, 'read' | 'position'>): Promise<string> {
    const state = (await this.#readState()) ?? (await this.#begin(feed));
    this.#generation = state.generation;
    try {
      let { position } = state;
      for (let count = 0; count < MOST_BATCHES; count += 1) {
        const batch = await feed.read({ after: position, limit: BATCH });
        this.tell(batch.changes);
        position = batch.position;
        if (!batch.more) {
          await this.#removing;
          return position;
        }
      }
    } catch (error) {
      if (!(error instanceof ResyncRequiredError)) throw error;
    }
    // There is no way from there to now, or a long one: what was kept is left behind under its generation.
    const position = await feed.position();
    this.#generation = randomUUID();
    await this.#keep(position);
    return position;
  }

  /** Takes the tokens away, without which no answer that was read before holds. */
  tell(changes: ChangeBatch['changes']): void {
    if (this.#generation === '') return;
    const keys = new Set<string>();
    for (const { userId, table, key } of changes) {
      keys.add(this.keyOf('token', dependencyKey(userId, table)));
      keys.add(this.keyOf('token', dependencyKey(userId, table, key)));
    }
    if (keys.size === 0) return;
    const before = this.#removing;
    const now = this.store.remove([...keys]);
    this.#removing = Promise.all([before, now]);
    // Whoever reads next is told of the failure.
    this.#removing.catch(() => undefined);
  }

  /** Resolves once the store has been told all; rejects for ever when it could not be. */
  get told(): Promise<unknown> {
    return this.#removing;
  }

  /** Writes down how far the store has been told. Gives whether this generation is still everybody's. */
  async confirm(position: string): Promise<boolean> {
    await this.#removing;
    const state = await this.#readState();
    if (state !== undefined && state.generation !== this.#generation) return false;
    await this.#keep(position);
    return true;
  }

  async #keep(position: string): Promise<void> {
    const state: State = { generation: this.#generation, position };
    await this.store.write(this.#stateKey, Buffer.from(JSON.stringify(state)), STATE_KEEP_MS);
  }

  async #begin(feed: Pick<ChangeFeed, 'position'>): Promise<State> {
    const state: State = { generation: randomUUID(), position: await feed.position() };
    const [claimed] = await this.store.claim([this.#stateKey], Buffer.from(JSON.stringify(state)), STATE_KEEP_MS);
    // Another process may have been quicker.
    return parseState(claimed) ?? state;
  }

  async #readState(): Promise<State | undefined> {
    const [found] = await this.store.read([this.#stateKey]);
    return parseState(found);
  }

  get #stateKey(): string {
    return `${this.#name}:state`;
  }
}

function parseState(bytes: Uint8Array | undefined): State | undefined {
  if (bytes === undefined) return undefined;
  try {
    return stateSchema.safeParse(JSON.parse(Buffer.from(bytes).toString())).data;
  } catch {
    return undefined;
  }
}
