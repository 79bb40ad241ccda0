import { hostname } from 'node:os';
import process from 'node:process';
import * as z from 'zod';
import { type Database, engineOf, outsideTransaction } from '../database/database.ts';
import type { Engine } from '../engine/contract.ts';
import type { SystemHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import type { RowOf } from '../database/query.ts';
import { QueryError } from '../errors/index.ts';
import { INSTANCE_KINDS, type InstanceKind } from '../schema/enumerations.ts';
import { runStatement } from '../schema/statements.ts';
import { boundedText, parseInput } from './input.ts';
import * as queries from './instance.repository.ts';

/** A program that runs. */
export interface Instance {
  readonly id: string;
  readonly kind: InstanceKind;
  readonly host: string;
  readonly pid: number;
  readonly appVersion: string;
  /** Keelson's newest migration when it started, such as `0004_jobs`. */
  readonly schemaVersion: string;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
}

export interface RegisterInstance {
  readonly kind: InstanceKind;
  readonly appVersion: string;
  /** Told when it couldn't say that it is there; it goes on trying. */
  readonly onTrouble?: (error: unknown) => void;
}

export interface LiveInstances {
  /** Only those that started with an older schema than this migration's, such as `0009_more`. */
  readonly olderThanSchema?: string;
}

export interface InstancesOptions {
  /** How often an instance says that it is there, in milliseconds: 100 to 3,600,000. Default: 30,000. */
  readonly heartbeatMs?: number;
}

/** An instance's own entry. */
export interface Registration {
  readonly id: string;
  /** Takes the entry away; never throws. What can't be taken away is taken for gone by its age. */
  end(): Promise<void>;
}

const HEARTBEAT_MS = 30_000;
/** One heartbeat may be late and one lost. Clocks of different machines must agree to one of them. */
const BEATS_TILL_GONE = 3;
export const GONE_AFTER_MS = BEATS_TILL_GONE * HEARTBEAT_MS;
const MOST = 1000;
/** Its own migrations are numbered without a prefix; an application's are none of its programs' business. */
const OWN_MIGRATION = /^\d{4}_/;

const optionsSchema = z.strictObject({
  heartbeatMs: z
    .int('must be a whole number')
    .min(100, 'must be at least 100')
    .max(3_600_000, 'must be at most an hour')
    .default(HEARTBEAT_MS),
});

const registerSchema = z.strictObject({
  kind: z.enum(INSTANCE_KINDS, `must be one of ${INSTANCE_KINDS.join(', ')}`),
  appVersion: boundedText(100),
});

const liveSchema = z.strictObject({
  olderThanSchema: z.string('must be text').regex(OWN_MIGRATION, 'must be a migration, such as 0009_more').optional(),
});

/**
 * The programs that run on a database. Each says every half minute that it is there, with one small write; one that
 * wasn't heard of for a minute and a half is taken for gone.
 *
 * @example
 * ```ts
 * const instances = new Instances(database);
 * const own = await instances.register({ kind: 'worker', appVersion: '1.4.0' });
 * const older = await instances.live({ olderThanSchema: '0009_more' });
 * await own.end();
 * ```
 */
export class Instances {
  readonly #database: Database;
  readonly #heartbeatMs: number;

  /** @throws ValidationError for options that can't be */
  constructor(database: Database, options: InstancesOptions = {}) {
    this.#database = database;
    this.#heartbeatMs = parseInput(optionsSchema, options).heartbeatMs;
  }

  /** Enters this process, and says that it is there until it ends. */
  async register({ onTrouble = () => undefined, ...input }: RegisterInstance): Promise<Registration> {
    const { kind, appVersion } = parseInput(registerSchema, input);
    const { applied } = await this.#database.migrations.status();
    const own = applied.map(({ name }) => name).filter((name) => OWN_MIGRATION.test(name));
    const startedAt = new Date();
    const instance = {
      id: newId(),
      kind,
      host: hostname().slice(0, 255) || 'unknown',
      pid: process.pid,
      appVersion,
      schemaVersion: own.sort().at(-1) ?? 'none',
      startedAt,
    };
    const system = this.#system('register');
    await this.removeGone();
    await system.run(queries.upsert, { ...instance, now: startedAt });
    return new Heartbeat({ database: this.#database, system, instance, everyMs: this.#heartbeatMs, onTrouble });
  }

  /** Those that live, at most 1,000. @throws ValidationError */
  async live(input: LiveInstances = {}): Promise<readonly Instance[]> {
    const { olderThanSchema } = parseInput(liveSchema, input);
    const rows = await this.#system('list').all(queries.listSince, { since: this.#goneSince(), limit: MOST });
    return rows
      .map(toInstance)
      .filter(({ schemaVersion }) => olderThanSchema === undefined || isOlder(schemaVersion, olderThanSchema))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Removes the entries of those that are gone. Gives how many. */
  async removeGone(): Promise<number> {
    const { changes } = await this.#system('remove those that are gone').run(queries.removeBefore, {
      before: this.#goneSince(),
    });
    return changes;
  }

  #goneSince(): Date {
    return new Date(Date.now() - BEATS_TILL_GONE * this.#heartbeatMs);
  }

  #system(reason: string): SystemHandle {
    return this.#database.system(`instances: ${reason}`);
  }
}

interface HeartbeatOptions {
  readonly database: Database;
  readonly system: SystemHandle;
  readonly instance: Omit<queries.NewInstance, 'now'>;
  readonly everyMs: number;
  readonly onTrouble: (error: unknown) => void;
}

class Heartbeat implements Registration {
  readonly #options: HeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    // Whoever registers inside a transaction doesn't want the heartbeats in there.
    this.#timer = outsideTransaction(options.database, () => setInterval(() => this.#beat(), options.everyMs));
    this.#timer.unref();
  }

  get id(): string {
    return this.#options.instance.id;
  }

  #beat(): void {
    const { system, instance, onTrouble } = this.#options;
    // While one doesn't come through, no more are sent after it.
    this.#beating ??= system
      .run(queries.upsert, { ...instance, now: new Date() })
      .then(() => undefined, onTrouble)
      .finally(() => {
        this.#beating = undefined;
      });
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    const { system, instance, onTrouble } = this.#options;
    await system.run(queries.remove, { id: instance.id }).then(() => undefined, onTrouble);
  }
}

/** Also of a database that isn't ready for use, so it goes past the guard; null where it can't have any yet. */
export function readInstances(database: Database): Promise<readonly Instance[] | null> {
  return readInstancesOf(engineOf(database));
}

export async function readInstancesOf(engine: Engine): Promise<readonly Instance[] | null> {
  const since = Date.now() - GONE_AFTER_MS;
  try {
    const { rows } = await runStatement(engine, engine, {
      sql: 'SELECT id, kind, host, pid, app_version, schema_version, started_at, last_seen_at FROM app_instances ORDER BY id',
    });
    return (rows as InstanceRow[]).map(toInstance).filter(({ lastSeenAt }) => lastSeenAt.getTime() > since);
  } catch (error) {
    // No such table: its migration didn't run here.
    if (error instanceof QueryError) return null;
    throw error;
  }
}

/** By number; the words behind it are for people. */
export function isOlder(schemaVersion: string, migration: string): boolean {
  return schemaVersion === 'none' || schemaVersion.slice(0, 4) < migration.slice(0, 4);
}

type InstanceRow = RowOf<(typeof queries.listSince)['row']>;

function toInstance(row: InstanceRow): Instance {
  return {
    id: row.id,
    kind: row.kind,
    host: row.host,
    pid: row.pid,
    appVersion: row.app_version,
    schemaVersion: row.schema_version,
    startedAt: row.started_at,
    lastSeenAt: row.last_seen_at,
  };
}
