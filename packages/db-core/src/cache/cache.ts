import type { ChangeBatch, ChangeFeed } from '../changes/contract.ts';
import type { Kernel } from '../database/kernel.ts';
import { kernelOf, SystemHandle, type UserHandle } from '../database/handle.ts';
import { CircuitOpenError, ConfigurationError, KeelsonError, TenancyViolationError } from '../errors/index.ts';
import { listTrackedTables } from './cache.repository.ts';
import type { CacheArguments, CachedQuery, CacheFigures, CacheGetOptions, QueryCache } from './contract.ts';
import { type Flight, Flights } from './flights.ts';
import { Follower } from './follower.ts';
import { answerKey, dependencyKey, dependencyKeys } from './keys.ts';
import { copyPlain } from './plain.ts';
import { redisAt } from './redis.ts';
import { SharedTier } from './shared-tier.ts';
import { type Found, LocalTiers } from './tiers.ts';

/** One question of one user. */
interface Question<Params = unknown, Result = unknown> {
  readonly key: string;
  readonly user: UserHandle;
  readonly query: CachedQuery<Params, Result>;
  readonly params: Params;
}

interface Loaded {
  readonly value: unknown;
  readonly isOld: boolean;
}

/** The cache of one database. */
export class Cache implements QueryCache {
  readonly #kernel: Kernel;
  readonly #tiers: LocalTiers;
  readonly #shared: SharedTier | undefined;
  readonly #follower: Follower;
  readonly #flights = new Flights();
  readonly #tracked = new Set<string>();
  readonly #counts = { hot: 0, warm: 0, misses: 0, loads: 0, loadErrors: 0, bypasses: 0, stale: 0 };

  /** @throws ConfigurationError when there is a CACHE_REDIS_URL and no client for it */
  constructor(kernel: Kernel, feed: ChangeFeed) {
    const { hotBytes, warmBytes, redisUrl } = kernel.config.cache;
    this.#kernel = kernel;
    this.#shared = redisUrl === undefined ? undefined : new SharedTier(redisAt(redisUrl), { kernel, feed });
    this.#tiers = new LocalTiers({ hotBytes, warmBytes: this.#shared === undefined ? warmBytes : 0 });
    this.#follower = new Follower(kernel, feed, {
      onChanges: (batch) => this.#drop(batch),
      onMissed: () => this.#dropAll(),
    });
  }

  async get<Params, Result>(
    user: UserHandle,
    query: CachedQuery<Params, Result>,
    ...[given, options]: CacheArguments<Params>
  ): Promise<Result> {
    if (kernelOf(user) !== this.#kernel) {
      throw new TenancyViolationError('The handle is of another database than the cache.');
    }
    const params = given as Params;
    const { signal }: CacheGetOptions = options ?? {};
    signal?.throwIfAborted();
    // It may see what nobody else may see yet.
    if (this.#kernel.transactions.isInside) return query.load(user, params);
    const question = { key: answerKey(user.userId, query, params), user, query, params };
    return copyPlain(await this.#answer(question as Question, signal)) as Result;
  }

  clear(): void {
    this.#flights.invalidateAll();
    this.#tiers.clear();
  }

  figures(): CacheFigures {
    const { hot, warm, misses, ...counts } = this.#counts;
    const { evictions, tooLarge, invalidations } = this.#tiers;
    const hits = hot + warm;
    return {
      hits: { hot, warm },
      misses,
      hitRate: hits === 0 ? 0 : hits / (hits + misses),
      ...counts,
      evictions,
      tooLarge,
      invalidations,
      ...this.#tiers.figures,
    };
  }

  async close(): Promise<void> {
    await this.#follower.close();
    this.#shared?.close();
    this.#tiers.clear();
  }

  /** Not the caller's to change. */
  async #answer(question: Question, signal: AbortSignal | undefined): Promise<unknown> {
    const { key, user } = question;
    const isCurrent = this.#follower.isCurrent(user.userId) || (await this.#follower.makeCurrent(user.userId));
    const found = this.#tiers.get(key);
    if (isCurrent && found !== undefined && found.staleSince === undefined) {
      this.#counts[found.tier] += 1;
      return found.value;
    }
    const flight = this.#joinable(question) ?? this.#read(question, { isCurrent, found });
    return signal === undefined ? flight.answer : unlessAborted(flight.answer, signal);
  }

  /** One that began before this process wrote last may give what was there before. */
  #joinable({ key, user }: Question): Flight | undefined {
    const flight = this.#flights.get(key);
    if (flight === undefined || flight.startedAt <= this.#follower.writtenAt(user.userId)) return undefined;
    this.#counts.misses += 1;
    return flight;
  }

  #read(question: Question, state: { readonly isCurrent: boolean; readonly found: Found | undefined }): Flight {
    const { key, user, query, params } = question;
    const dependencies = dependencyKeys(user.userId, query, params);
    return this.#kernel.transactions.outside(() =>
      this.#flights.start(key, dependencies, async (flight) => {
        await this.#check(question);
        if (state.isCurrent) return this.#readAndKeep(question, flight, state.found);
        this.#counts.bypasses += 1;
        this.#counts.misses += 1;
        const { value, isOld } = await this.#load(question, state.found);
        if (!isOld) this.#giveNothingOlder(flight);
        return value;
      }),
    );
  }

  async #readAndKeep(question: Question, flight: Flight, found: Found | undefined): Promise<unknown> {
    const { key, query } = question;
    const { dependencies } = flight;
    const looked = await this.#shared?.lookUp(key, dependencies);
    let value: unknown;
    if (looked !== undefined && 'value' in looked) {
      this.#counts.warm += 1;
      value = copyPlain(looked.value);
    } else {
      this.#counts.misses += 1;
      const loaded = await this.#load(question, found);
      // An old answer that stands in for a missing one isn't kept as a new one.
      if (loaded.isOld) return loaded.value;
      ({ value } = loaded);
      if (value !== undefined || query.keepMissing) {
        if (!flight.isOutdated) looked?.keep(value);
      } else if (!flight.isOutdated) {
        this.#tiers.remove(key);
        return value;
      }
    }
    if (flight.isOutdated) this.#giveNothingOlder(flight);
    else this.#tiers.set(key, value, { dependencies, mayBeStale: query.staleOnErrorMs > 0 });
    return value;
  }

  /** An answer that isn't kept may be newer than what is, or than what is being read: whoever got it gets nothing from before. */
  #giveNothingOlder({ key }: Flight): void {
    this.#flights.outdate(key);
    this.#tiers.outdate(key);
  }

  /** From the database; where that is away, an old answer if the query allows it. A copy of nobody's. */
  async #load({ user, query, params }: Question, found: Found | undefined): Promise<Loaded> {
    this.#counts.loads += 1;
    try {
      return { value: copyPlain(await query.load(user, params)), isOld: false };
    } catch (error) {
      this.#counts.loadErrors += 1;
      if (found === undefined || !isOutage(error)) throw error;
      const staleMs = performance.now() - (found.staleSince ?? this.#follower.currentAt);
      if (staleMs > query.staleOnErrorMs) throw error;
      this.#counts.stale += 1;
      this.#kernel.emit({ type: 'cache-stale', name: query.name, staleMs, error: error as Error });
      return { value: found.value, isOld: true };
    }
  }

  /** A table whose changes nobody tells would leave its answers standing for ever. */
  async #check({ query, params }: Question): Promise<void> {
    const tables = query.dependsOn(params).map(({ table }) => table);
    const areTracked = (): boolean => tables.every((table) => this.#tracked.has(table));
    if (tables.length > 0 && !areTracked()) {
      this.#kernel.emit({ type: 'system-access', reason: 'finding out which tables are tracked' });
      const rows = await new SystemHandle(this.#kernel).all(listTrackedTables);
      for (const { name } of rows) this.#tracked.add(name);
    }
    if (tables.length > 0 && areTracked()) return;
    const names = tables.filter((table) => !this.#tracked.has(table)).join(', ');
    throw new ConfigurationError(
      tables.length === 0
        ? `The cached query ${query.name} depends on nothing, so nothing would ever drop its answers.`
        : `The cached query ${query.name} depends on ${names}, whose changes are not in the change feed.`,
      { hint: 'Name the tables that it reads, and have their changes tracked: `m.trackChanges` in a migration.' },
    );
  }

  #drop(batch: ChangeBatch): void {
    for (const { userId, table, key, operation } of batch.changes) {
      for (const dependency of [dependencyKey(userId, table), dependencyKey(userId, table, key)]) {
        this.#flights.invalidate(dependency);
        this.#tiers.invalidate(dependency, { isGone: operation === 'delete' });
      }
    }
    this.#shared?.tell(batch);
  }

  #dropAll(): void {
    this.clear();
    this.#shared?.restart();
  }
}

/** Another answer of the database, such as "no such row", is an answer. */
function isOutage(error: unknown): boolean {
  return error instanceof KeelsonError && (error.retriable || error instanceof CircuitOpenError);
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
