import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, engineOf } from '../database/database.ts';
import { newId } from '../database/ids.ts';
import { SYSTEM_OWNER } from '../database/user-id.ts';
import type { Engine } from '../engine/contract.ts';
import { LockTimeoutError } from '../errors/index.ts';
import { runStatement } from '../schema/statements.ts';
import * as queries from './readiness.repository.ts';
import { daysUntil, type Point, trendOf } from './trend.ts';

/** What tells when one file no longer is enough, as it is now. */
export interface ReadinessSample {
  readonly takenAt: Date;
  readonly sizeBytes: number;
  /** Owners whose rows changed, and people who were signed in, within the hour before. */
  readonly activeUsers: number;
  /** Tries to take the turn to write, and those that found it taken. None on PostgreSQL, which has no such turn. */
  readonly lockTries: number;
  readonly lockFailures: number;
  /** In the busiest minute of the hour before: transactions on PostgreSQL, on SQLite moments in which a user's rows changed. */
  readonly writesPerSecond: number;
}

export const READINESS_FIGURES = ['size', 'activeUsers', 'lockFailures', 'writes'] as const;
export type ReadinessFigureName = (typeof READINESS_FIGURES)[number];

export interface ReadinessFigure {
  readonly name: ReadinessFigureName;
  readonly unit: 'bytes' | 'users' | '%' | 'writes/s';
  /** Now; null where it can't be measured. */
  readonly value: number | null;
  /** From here on PostgreSQL is the better place. */
  readonly threshold: number;
  readonly isReached: boolean;
  /** Null with fewer than seven days of samples. */
  readonly trend: ReadinessTrend | null;
}

/** A straight line through the largest value of each day. */
export interface ReadinessTrend {
  readonly days: number;
  readonly perDay: number;
  /** With 95 % certainty, as far as growth is even. */
  readonly perDayBetween: readonly [number, number];
  /** When the threshold is crossed at the present growth; null: not within ten years. */
  readonly expectedAt: Date | null;
  readonly earliestAt: Date | null;
  /** Null too where it may as well never be. */
  readonly latestAt: Date | null;
}

export interface Readiness {
  readonly engine: Engine['kind'];
  readonly sample: ReadinessSample;
  readonly figures: readonly ReadinessFigure[];
  /** How many samples there are of the last 90 days. */
  readonly samples: number;
}

export interface TakeSample {
  readonly signal?: AbortSignal | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TREND_DAYS = 90;
const KEPT_DAYS = 400;
const THRESHOLDS = { size: 50_000_000, activeUsers: 50, lockFailures: 10, writes: 10 };
const UNITS = { size: 'bytes', activeUsers: 'users', lockFailures: '%', writes: 'writes/s' } as const;

/** More within an hour than this is far beyond the threshold anyway. */
const MOST_CHANGES = 100_000;
const LOCK_TRIES = 20;
const BETWEEN_TRIES_MS = 25;

/**
 * Measures how near a database is to where SQLite ends. It takes half a second, and writes nothing.
 *
 * @example
 * ```ts
 * const { activeUsers } = await takeSample(database);
 * ```
 */
export async function takeSample(database: Database, { signal }: TakeSample = {}): Promise<ReadinessSample> {
  await database.connect();
  const engine = engineOf(database);
  const takenAt = new Date();
  const since = new Date(takenAt.getTime() - HOUR_MS);
  const { sizeBytes } = await engine.info();
  const { activeUsers, writesPerSecond } = await activity(engine, since);
  const locks = engine.kind === 'sqlite' ? await tryLock(engine, signal) : { lockTries: 0, lockFailures: 0 };
  return { takenAt, sizeBytes, activeUsers, writesPerSecond, ...locks };
}

/** Takes a sample and keeps it, and lets go of those that are older than 400 days. */
export async function keepSample(database: Database, options: TakeSample = {}): Promise<ReadinessSample> {
  const sample = await takeSample(database, options);
  const system = database.system('readiness: figures of the whole database');
  await system.run(queries.insert, { id: newId(), ...sample });
  await system.run(queries.removeBefore, { before: new Date(sample.takenAt.getTime() - KEPT_DAYS * DAY_MS) });
  return sample;
}

/**
 * How near the database is to where SQLite ends, and when it will be there if it goes on as in the last 90 days. A worker
 * keeps a sample every hour.
 *
 * @example
 * ```ts
 * const { figures } = await readiness(database);
 * const reached = figures.filter(({ isReached }) => isReached);
 * ```
 */
export async function readiness(database: Database): Promise<Readiness> {
  const sample = await takeSample(database);
  return readinessOf(database, sample, await keptSamples(database, sample.takenAt));
}

/** As {@link readiness}, as of the last sample that was kept, so that nothing is measured; null where there is none. */
export async function readinessOfKept(database: Database): Promise<Readiness | null> {
  const kept = await keptSamples(database, new Date());
  const sample = kept.at(-1);
  return sample === undefined ? null : readinessOf(database, sample, kept);
}

async function keptSamples(database: Database, now: Date): Promise<readonly ReadinessSample[]> {
  const since = new Date(now.getTime() - TREND_DAYS * DAY_MS);
  const rows = await database
    .system('readiness: figures of the whole database')
    .all(queries.listSince, { since, limit: TREND_DAYS * 24 * 2 });
  return rows.map((row) => ({
    takenAt: row.taken_at,
    sizeBytes: row.size_bytes,
    activeUsers: row.active_users,
    lockTries: row.lock_tries,
    lockFailures: row.lock_failures,
    writesPerSecond: row.writes_per_second,
  }));
}

function readinessOf(database: Database, sample: ReadinessSample, kept: readonly ReadinessSample[]): Readiness {
  const figures = READINESS_FIGURES.map((name) => figureOf(name, sample, kept));
  return { engine: engineOf(database).kind, sample, figures, samples: kept.length };
}

function valueOf(name: ReadinessFigureName, sample: ReadinessSample): number | null {
  switch (name) {
    case 'size':
      return sample.sizeBytes;
    case 'activeUsers':
      return sample.activeUsers;
    case 'lockFailures':
      return sample.lockTries === 0 ? null : (100 * sample.lockFailures) / sample.lockTries;
    case 'writes':
      return sample.writesPerSecond;
  }
}

function figureOf(
  name: ReadinessFigureName,
  sample: ReadinessSample,
  kept: readonly ReadinessSample[],
): ReadinessFigure {
  const value = valueOf(name, sample);
  const threshold = THRESHOLDS[name];
  const trend = trendThrough(largestOfDays(name, kept), threshold, sample.takenAt);
  return { name, unit: UNITS[name], value, threshold, isReached: value !== null && value >= threshold, trend };
}

/** What counts is the busiest hour of a day; the nights would only blur it. */
function largestOfDays(name: ReadinessFigureName, kept: readonly ReadinessSample[]): Point[] {
  const days = new Map<number, number>();
  for (const sample of kept) {
    const value = valueOf(name, sample);
    const day = Math.floor(sample.takenAt.getTime() / DAY_MS);
    if (value !== null) days.set(day, Math.max(value, days.get(day) ?? 0));
  }
  return [...days].map(([day, value]) => ({ day, value }));
}

function trendThrough(points: readonly Point[], threshold: number, now: Date): ReadinessTrend | null {
  const trend = trendOf(points);
  if (trend === undefined) return null;
  const { perDay, perDayBetween } = trend;
  const [slowest, fastest] = perDayBetween;
  const value = trend.at(now.getTime() / DAY_MS);
  const reachedAt = (growth: number): Date | null => {
    const days = daysUntil(value, threshold, growth);
    return days === null ? null : new Date(now.getTime() + days * DAY_MS);
  };
  return {
    days: points.length,
    perDay,
    perDayBetween,
    expectedAt: reachedAt(perDay),
    earliestAt: reachedAt(fastest),
    latestAt: reachedAt(slowest),
  };
}

/** Whoever wants to write now and then: how often is somebody else at it? */
async function tryLock(
  engine: Engine,
  signal: AbortSignal | undefined,
): Promise<Pick<ReadinessSample, 'lockTries' | 'lockFailures'>> {
  let lockFailures = 0;
  for (let count = 0; count < LOCK_TRIES; count += 1) {
    signal?.throwIfAborted();
    try {
      const transaction = await engine.begin({ mode: 'write', waitMs: 0 });
      await transaction.rollback();
    } catch (error) {
      if (!(error instanceof LockTimeoutError)) throw error;
      lockFailures += 1;
    }
    // Not always at the same moment of whatever else is at it.
    await sleep(BETWEEN_TRIES_MS * (0.5 + Math.random()));
  }
  return { lockTries: LOCK_TRIES, lockFailures };
}

const RECENT = `WITH recent AS (SELECT user_id, at, transaction_id FROM change_log WHERE seq > 0 ORDER BY seq DESC LIMIT ${MOST_CHANGES})`;
const BUSIEST = {
  // SQLite numbers no transactions.
  sqlite: `${RECENT} SELECT count(DISTINCT user_id || at) AS writes FROM recent WHERE at > $1 GROUP BY at / 60000 ORDER BY 1 DESC LIMIT 1`,
  postgres: `${RECENT} SELECT count(DISTINCT transaction_id)::float8 AS writes FROM recent WHERE at > $1 GROUP BY date_trunc('minute', at) ORDER BY 1 DESC LIMIT 1`,
};
const ACTIVE = `${RECENT} SELECT count(*) AS users FROM (
  SELECT user_id FROM recent WHERE at > $1 AND user_id <> '${SYSTEM_OWNER}'
  UNION SELECT CAST(account_id AS text) FROM user_sessions WHERE last_activity_at > $1
) AS active`;

/** Past the guard: it is about everybody's rows, of which it sees no content. */
async function activity(
  engine: Engine,
  since: Date,
): Promise<Pick<ReadinessSample, 'activeUsers' | 'writesPerSecond'>> {
  const { rows: active } = await runStatement(engine, engine, { sql: ACTIVE, values: [since] });
  const { rows: busiest } = await runStatement(engine, engine, { sql: BUSIEST[engine.kind], values: [since] });
  return {
    activeUsers: Number(active[0]?.['users'] ?? 0),
    writesPerSecond: Number(busiest[0]?.['writes'] ?? 0) / 60,
  };
}
