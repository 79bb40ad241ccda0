import { hostname } from 'node:os';
import process from 'node:process';
import { type Database, listenTo, outsideTransaction } from '../../database/database.ts';
import { asKeelsonError } from '../../errors/index.ts';
import { Jobs } from '../../jobs/jobs.ts';
import { readIdentity } from '../../platform/identity.ts';
import type { Alert } from './alert.ts';
import { type AlertLook, Alerts } from './alerts.ts';
import { Outage } from './away.ts';
import { defineAlertJob } from './job.ts';
import { LocalRules, PROCESS_RULES } from './local.ts';
import type { AlertedDatabase, Transition } from './notification.ts';
import { SharedRules } from './shared.ts';

export interface WatchAlerts {
  /** Told of every transition that this process notes, for its log. It must not throw. */
  readonly onAlert?: (transition: Transition, alert: Alert) => void;
  /** Told of what couldn't be looked at, stored or sent; the watch goes on. */
  readonly onTrouble?: (error: unknown) => void;
}

export interface AlertWatch {
  /** Does this process find the database away? */
  readonly isAway: boolean;
  /** Looks now, after what is being looked at. Never throws. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** Looks in a row that failed, until the database is taken for away, where no breaker says so. */
const FAILURES = 3;
/** A process that wasn't heard of for so many looks, and five minutes, is gone. */
const LOOKS_TILL_GONE = 5;
const GONE_MS = 300_000;

const watches = new WeakMap<Database, AlertWatch>();

/** The watch of this process, where there is one. */
export function watchOf(database: Database): AlertWatch | undefined {
  return watches.get(database);
}

/**
 * Looks at the rules of alerts from time to time (`ALERT_INTERVAL`) until it is stopped. Every process of a server or
 * worker does; what concerns all of them one does at a time. A worker does the jobs that tell the webhook.
 *
 * @example
 * ```ts
 * const watch = watchAlerts(database, { onAlert: (transition, alert) => console.error(transition, alert.message) });
 * // …
 * await watch.stop();
 * await database.close();
 * ```
 */
export function watchAlerts(database: Database, options: WatchAlerts = {}): AlertWatch {
  const watch = new Watch(database, options);
  watches.set(database, watch);
  return watch;
}

class Watch implements AlertWatch {
  readonly #database: Database;
  readonly #options: Required<WatchAlerts>;
  readonly #alerts: Alerts;
  readonly #local: LocalRules;
  readonly #shared: SharedRules;
  /** Those who can tell: undefined without a webhook. */
  readonly #tell: Jobs | undefined;
  readonly #unlisten: () => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();
  #failures = 0;
  #identity: Pick<AlertedDatabase, 'databaseId' | 'environment'> = { databaseId: null, environment: null };
  #outage: Outage | undefined;
  /** Those that are over and couldn't be entered yet. */
  #past: Outage[] = [];

  constructor(database: Database, { onAlert = () => undefined, onTrouble = () => undefined }: WatchAlerts) {
    this.#database = database;
    this.#options = { onAlert, onTrouble };
    this.#alerts = new Alerts(database);
    this.#local = new LocalRules(database);
    this.#shared = new SharedRules(database);
    if (database.config.alerts.webhook !== undefined) {
      this.#tell = new Jobs(database);
      defineAlertJob(this.#tell);
    }
    this.#unlisten = listenTo(database, (event) => {
      if (event.type === 'breaker') this.#onBreaker(event.state);
    });
    // Not all programs that start together at once, and none before it has settled.
    this.#waitFor(database.config.alerts.everyMs * (0.5 + Math.random() / 2));
  }

  get isAway(): boolean {
    return this.#outage !== undefined;
  }

  look(): Promise<void> {
    this.#looking = this.#looking.then(() => outsideTransaction(this.#database, () => this.#look()));
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#unlisten();
    this.#local.close();
    await this.#looking;
    const outages = this.#outage === undefined ? this.#past : [this.#outage, ...this.#past];
    await Promise.all(outages.map((outage) => outage.leave()));
    if (watches.get(this.#database) === this) watches.delete(this.#database);
  }

  #waitFor(ms: number): void {
    if (this.#stopped || ms === 0) return;
    this.#timer = setTimeout(() => {
      void this.look().then(() => this.#waitFor(this.#database.config.alerts.everyMs));
    }, ms).unref();
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    try {
      await this.#note();
      this.#failures = 0;
      await this.#back();
    } catch (error) {
      this.#failures += 1;
      this.#options.onTrouble(error);
      if (this.#failures >= FAILURES) this.#away(asKeelsonError(error).message);
    }
  }

  async #note(): Promise<void> {
    const { everyMs } = this.#database.config.alerts;
    if (this.#identity.databaseId === null) {
      const identity = await readIdentity(this.#database);
      if (identity !== undefined) this.#identity = { databaseId: identity.id, environment: identity.environment };
    }
    const isTurn = await this.#alerts.takeTurn(everyMs);
    const own = await this.#local.look();
    await this.#report({ findings: own, covers: (rule, subject) => this.#local.covers(rule, subject) });
    if (!isTurn) return;
    const { findings, looked } = await this.#shared.look(this.#options.onTrouble);
    const goneBefore = Date.now() - Math.max(GONE_MS, LOOKS_TILL_GONE * everyMs);
    const isGone = (rule: string, seenAt: Date): boolean =>
      (PROCESS_RULES.has(rule) || rule === 'disk-nearly-full') && seenAt.getTime() < goneBefore;
    await this.#report({ findings, covers: (rule, _subject, seenAt) => looked.has(rule) || isGone(rule, seenAt) });
    if (this.#tell !== undefined) await this.#alerts.tellAgain(this.#tell);
  }

  async #report(look: AlertLook): Promise<void> {
    const { fired, resolved } = await this.#alerts.note(look, this.#tell);
    for (const alert of fired) this.#options.onAlert('firing', alert);
    for (const alert of resolved) this.#options.onAlert('resolved', alert);
  }

  #onBreaker(state: 'closed' | 'open' | 'half-open'): void {
    if (this.#stopped) return;
    if (state === 'open')
      this.#away('The database failed repeatedly and is left alone for a while: its circuit is open.');
    // It answers again; whether it can be used shows when the rules are looked at.
    else if (state === 'closed' && this.#outage !== undefined) void this.look();
  }

  #away(message: string): void {
    if (this.#outage !== undefined || this.#stopped) return;
    const outage = outsideTransaction(
      this.#database,
      () =>
        new Outage({
          webhook: this.#database.config.alerts.webhook,
          about: () => ({ target: this.#database.config.target, ...this.#identity }),
          subject: `${hostname()}:${process.pid}`,
          message,
          onTrouble: this.#options.onTrouble,
        }),
    );
    this.#outage = outage;
    this.#options.onAlert('firing', outage.alert);
  }

  /** What is over is entered in the history, and a job goes on with telling. */
  async #back(): Promise<void> {
    const outage = this.#outage;
    if (outage !== undefined) {
      this.#outage = undefined;
      outage.end();
      this.#past.push(outage);
      this.#options.onAlert('resolved', outage.alert);
    }
    for (const past of this.#past) {
      const alert = await past.handOver();
      try {
        await this.#alerts.enter(alert, this.#tell);
      } catch (error) {
        past.resume();
        throw error;
      }
      this.#past = this.#past.filter((each) => each !== past);
    }
  }
}
