import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, outsideTransaction } from '../database/database.ts';
import type { DatabaseEvent, EventListener } from '../events/events.ts';
import { insert } from './audit.repository.ts';
import { newEvent } from './audit-event.ts';
import { SYSTEM_OWNER } from '../database/user-id.ts';

export interface SystemAccessOptions {
  /** Told of every event as well. */
  readonly next?: EventListener;
  /** How long accesses are gathered. Default: a minute. */
  readonly everyMs?: number;
}

const EVERY_MS = 60_000;
const STOP_MS = 2000;
/** Reasons are words of programs, not of people: there are a few dozen. More than this many in a minute are one. */
const MOST_REASONS = 200;
const LONGEST_REASON = 255;

/**
 * Notes in the audit for which reasons the system handle was used: one event for each reason and minute, with how often.
 * It is written in the background through the handle of `keelson:system`, so that it waits for nobody, nobody waits for
 * it, and it tells of no access of its own. What was gathered since the last time is lost when the process is killed, and
 * kept for the next time while the database can't be written.
 *
 * @example
 * ```ts
 * const accesses = new SystemAccessRecorder();
 * const database = openDatabase({ onEvent: accesses.listener });
 * accesses.start(database);
 * // …
 * await accesses.stop();
 * await database.close();
 * ```
 */
export class SystemAccessRecorder {
  readonly #next: EventListener | undefined;
  readonly #everyMs: number;
  #gathered = new Map<string, number>();
  #database: Database | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor({ next, everyMs = EVERY_MS }: SystemAccessOptions = {}) {
    this.#next = next;
    this.#everyMs = everyMs;
  }

  /** For `openDatabase`. */
  readonly listener: EventListener = (event: DatabaseEvent) => {
    if (event.type === 'system-access') this.#gather(reasonOf(event.reason), 1);
    this.#next?.(event);
  };

  start(database: Database): void {
    this.#database = database;
    this.#timer ??= setInterval(() => void this.flush(), this.#everyMs).unref();
  }

  /** Writes what is left, if that can be done within two seconds. Call it before the database is closed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const late = new AbortController();
    try {
      await Promise.race([this.flush(), sleep(STOP_MS, undefined, { signal: late.signal })]);
    } finally {
      late.abort();
    }
  }

  /** Writes what was gathered; what can't be written now is kept. */
  flush(): Promise<void> {
    const database = this.#database;
    if (database === undefined) return Promise.resolve();
    this.#writing = this.#writing.then(() => outsideTransaction(database, () => this.#write(database)));
    return this.#writing;
  }

  async #write(database: Database): Promise<void> {
    if (this.#gathered.size === 0) return;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    const events = [...gathered].map(([reason, times]) => ({
      ...newEvent(SYSTEM_OWNER, { action: 'system-access', entity: 'reason', entityId: reason }),
      times,
    }));
    try {
      await database.forUser(SYSTEM_OWNER).runMany(insert, events);
    } catch {
      for (const [reason, times] of gathered) this.#gather(reason, times);
    }
  }

  #gather(reason: string, times: number): void {
    const known = this.#gathered.get(reason);
    const key = known === undefined && this.#gathered.size >= MOST_REASONS ? 'others' : reason;
    this.#gathered.set(key, (this.#gathered.get(key) ?? 0) + times);
  }
}

/** As it can be stored. */
function reasonOf(reason: string): string {
  const kept = Array.from(
    reason
      .toWellFormed()
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim(),
  )
    .slice(0, LONGEST_REASON)
    .join('');
  return kept === '' ? 'none given' : kept;
}
