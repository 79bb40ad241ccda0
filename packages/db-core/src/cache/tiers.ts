import { LRUCache } from 'lru-cache';
import { MOST_BYTES, pack, unpack } from './codec.ts';
import { Dependencies } from './dependencies.ts';
import { copyPlain, sizeOf } from './plain.ts';

/** What keeping an answer takes besides the answer: its places in the lists and in the index. */
const OVERHEAD = 350;

interface Kept {
  readonly dependencies: readonly string[];
  /** Worth keeping when it is out of date? */
  readonly mayBeStale: boolean;
  /** Since when it is out of date, by `performance.now()`. */
  staleSince: number | undefined;
}

interface Hot extends Kept {
  readonly value: unknown;
  readonly bytes: number;
}

interface Warm extends Kept {
  readonly packed: Buffer;
  /** What it takes when it is unpacked. */
  readonly bytes: number;
}

export interface Found {
  readonly tier: 'hot' | 'warm';
  /** Nobody else's to change, either: copy it. */
  readonly value: unknown;
  readonly staleSince: number | undefined;
}

export interface TierSizes {
  readonly hotBytes: number;
  readonly warmBytes: number;
}

/** One answer may not drive out all others. */
function limits(bytes: number): { maxSize: number; maxEntrySize: number } {
  return { maxSize: bytes, maxEntrySize: Math.ceil(bytes / 8) };
}

/**
 * What this process keeps: objects as they are, and what is pushed out of there, compressed. What comes back from the warm
 * tier stays in it too, so that pushing it out again costs nothing.
 */
export class LocalTiers {
  readonly #hot: LRUCache<string, Hot> | undefined;
  readonly #warm: LRUCache<string, Warm> | undefined;
  readonly #dependencies = new Dependencies();
  evictions = 0;
  tooLarge = 0;
  invalidations = 0;

  constructor({ hotBytes, warmBytes }: TierSizes) {
    this.#warm =
      warmBytes === 0
        ? undefined
        : new LRUCache({
            ...limits(warmBytes),
            disposeAfter: (warm, key, reason) => this.#leftWarm(key, warm, reason),
          });
    this.#hot =
      hotBytes === 0
        ? undefined
        : new LRUCache({ ...limits(hotBytes), disposeAfter: (hot, key, reason) => this.#leftHot(key, hot, reason) });
  }

  get figures(): { entries: { hot: number; warm: number }; bytes: { hot: number; warm: number } } {
    return {
      entries: { hot: this.#hot?.size ?? 0, warm: this.#warm?.size ?? 0 },
      bytes: { hot: this.#hot?.calculatedSize ?? 0, warm: this.#warm?.calculatedSize ?? 0 },
    };
  }

  get(key: string): Found | undefined {
    const hot = this.#hot?.get(key);
    if (hot !== undefined) return { tier: 'hot', value: hot.value, staleSince: hot.staleSince };
    const warm = this.#warm?.get(key);
    if (warm === undefined) return undefined;
    const value = copyPlain(unpack(warm.packed));
    if (warm.staleSince === undefined) this.#setHot(key, { ...warm, value });
    return { tier: 'warm', value, staleSince: warm.staleSince };
  }

  /** The value is from now on this tier's own. */
  set(key: string, value: unknown, { dependencies, mayBeStale }: Omit<Kept, 'staleSince'>): void {
    const bytes = sizeOf(value);
    // What it was before goes first, also where the new one doesn't fit.
    this.remove(key);
    if (bytes > MOST_BYTES) {
      this.tooLarge += 1;
      return;
    }
    const kept = { value, bytes, dependencies, mayBeStale, staleSince: undefined };
    this.#dependencies.add(key, dependencies);
    this.#setHot(key, kept);
    if (!this.#has(key)) this.#setWarm(key, kept);
    if (!this.#has(key)) {
      this.#dependencies.remove(key, dependencies);
      this.tooLarge += 1;
    }
  }

  /** Drops what depends on it. What may be given when the database is away stays, marked, unless its row is gone. */
  invalidate(dependency: string, { isGone }: { readonly isGone: boolean }): void {
    for (const key of this.#dependencies.of(dependency)) {
      const kept = [this.#hot?.peek(key), this.#warm?.peek(key)].filter((entry) => entry !== undefined);
      if (kept.some(({ staleSince }) => staleSince === undefined)) this.invalidations += 1;
      if (isGone) this.remove(key);
      else this.outdate(key);
    }
  }

  /** Gives it only where the database is away, if then. */
  outdate(key: string): void {
    const kept = [this.#hot?.peek(key), this.#warm?.peek(key)].filter((entry) => entry !== undefined);
    if (!kept.some(({ mayBeStale }) => mayBeStale)) this.remove(key);
    else for (const entry of kept) entry.staleSince ??= performance.now();
  }

  remove(key: string): void {
    this.#hot?.delete(key);
    this.#warm?.delete(key);
  }

  clear(): void {
    this.#hot?.clear();
    this.#warm?.clear();
    this.#dependencies.clear();
  }

  #has(key: string): boolean {
    return this.#hot?.has(key) === true || this.#warm?.has(key) === true;
  }

  #setHot(key: string, { value, bytes, dependencies, mayBeStale, staleSince }: Hot): void {
    const size = bytes + OVERHEAD + 2 * key.length;
    this.#hot?.set(key, { value, bytes, dependencies, mayBeStale, staleSince }, { size });
  }

  #setWarm(key: string, { value, bytes, dependencies, mayBeStale, staleSince }: Hot): void {
    const packed = pack(value);
    const size = packed.length + OVERHEAD + 2 * key.length;
    this.#warm?.set(key, { packed, bytes, dependencies, mayBeStale, staleSince }, { size });
  }

  #leftHot(key: string, hot: Hot, reason: LRUCache.DisposeReason): void {
    if (reason === 'set') return;
    if (reason === 'evict') {
      if (this.#warm === undefined) this.evictions += 1;
      else if (!this.#warm.has(key)) this.#setWarm(key, hot);
    }
    this.#forget(key, hot);
  }

  #leftWarm(key: string, warm: Warm, reason: LRUCache.DisposeReason): void {
    if (reason === 'set') return;
    if (reason === 'evict' && this.#hot?.has(key) !== true) this.evictions += 1;
    this.#forget(key, warm);
  }

  #forget(key: string, { dependencies }: Kept): void {
    if (!this.#has(key)) this.#dependencies.remove(key, dependencies);
  }
}
