import { existsSync, statfsSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { type Database, inspectReplicas, listenTo } from '../../database/database.ts';
import { PoolExhaustedError, StatementTimeoutError } from '../../errors/index.ts';
import type { DatabaseEvent } from '../../events/events.ts';
import { isConnectionFault } from '../../resilience/index.ts';
import type { AlertFinding, AlertRuleName } from './rules.ts';

const WINDOW_MS = 300_000;
const GIB = 1024 ** 3;

/** How often something happened within the last five minutes. */
class Recent {
  #times: number[] = [];

  add(): void {
    this.#times.push(performance.now());
    // Far beyond every limit one more tells nothing.
    if (this.#times.length > 1_000_000) this.#times = this.#times.slice(-500_000);
  }

  get count(): number {
    const since = performance.now() - WINDOW_MS;
    this.#times = this.#times.filter((time) => time > since);
    return this.#times.length;
  }
}

/** What only this process, or this machine, can see. */
export class LocalRules {
  readonly #database: Database;
  readonly #process = `${hostname()}:${process.pid}`;
  readonly #waitedInVain = new Recent();
  readonly #broken = new Recent();
  readonly #timedOut = new Recent();
  readonly #seen = new WeakSet<Error>();
  readonly close: () => void;

  constructor(database: Database) {
    this.#database = database;
    this.close = listenTo(database, (event) => this.#count(event));
  }

  /** Is it for this process to say that this is over? */
  covers(rule: string, subject: string): boolean {
    if (rule === 'disk-nearly-full') return this.#disks().some((path) => subject === `${hostname()}:${path}`);
    return PROCESS_RULES.has(rule) && (subject === this.#process || subject.startsWith(`${this.#process} `));
  }

  async look(): Promise<readonly AlertFinding[]> {
    const { alerts, pool } = this.#database.config;
    const often = (rule: AlertRuleName, recent: Recent, limit: number, what: string): AlertFinding[] => {
      const { count } = recent;
      if (limit === 0 || count < limit) return [];
      return [{ rule, subject: this.#process, message: `${what} within five minutes in ${this.#process}: ${count}.` }];
    };
    return [
      ...often(
        'pool-exhausted',
        this.#waitedInVain,
        alerts.poolFailures,
        `Waits in vain for one of ${pool.size} connections, or for the turn to write,`,
      ),
      ...often(
        'connection-errors',
        this.#broken,
        alerts.connectionErrors,
        'Connections that broke or could not be made',
      ),
      ...often('statement-timeouts', this.#timedOut, alerts.statementTimeouts, 'Statements that took too long'),
      ...(await this.#replicas()),
      ...this.#disks().flatMap((path) => diskFinding(path, alerts.diskFreePercent)),
    ];
  }

  /** While nobody reads nobody looks at them, so that their last state may be an old one. */
  async #replicas(): Promise<AlertFinding[]> {
    return (await inspectReplicas(this.#database)).flatMap(({ location, state, reason }) => {
      if (state === 'following' || state === 'joining') return [];
      const why = reason === null ? '' : `: ${reason}`;
      const message = `The replica ${location} is ${state}${why}.`;
      return [{ rule: 'replica-away' as const, subject: `${this.#process} ${location}`, message }];
    });
  }

  /** Those of the SQLite file and of the backups, each once. */
  #disks(): string[] {
    const { target, backups } = this.#database.config;
    const folders = [...(target.engine === 'sqlite' ? [dirname(target.path)] : []), backups.folder].filter(existsSync);
    return [...new Map(folders.map((folder) => [statSync(folder).dev, folder] as const).reverse()).values()];
  }

  #count(event: DatabaseEvent): void {
    switch (event.type) {
      case 'connection-wait':
        if (event.error instanceof PoolExhaustedError) this.#waitedInVain.add();
        else this.#countError(event.error);
        return;
      case 'lock-wait':
        if (event.error !== undefined) this.#waitedInVain.add();
        return;
      case 'query':
      case 'connection-error':
      case 'transaction':
        this.#countError(event.error);
        return;
      case 'slow-query':
      case 'retry':
      case 'breaker':
      case 'system-access':
      case 'migration':
      case 'cache-stale':
      case 'cache-store':
      case 'replica':
      case 'checkpoint-error':
        return;
    }
  }

  /** A statement's error passes through its transaction as well. */
  #countError(error: Error | undefined): void {
    if (error === undefined || this.#seen.has(error)) return;
    this.#seen.add(error);
    if (error instanceof StatementTimeoutError) this.#timedOut.add();
    else if (isConnectionFault(error)) this.#broken.add();
  }
}

/** What is true of one process; when that is gone, somebody else says that it is over. */
export const PROCESS_RULES: ReadonlySet<string> = new Set<AlertRuleName>([
  'pool-exhausted',
  'connection-errors',
  'statement-timeouts',
  'replica-away',
]);

function diskFinding(path: string, freePercent: number): AlertFinding[] {
  const { bavail, blocks, bsize } = statfsSync(path);
  const percent = (100 * bavail) / blocks;
  if (percent >= freePercent) return [];
  const free = `${percent.toFixed(1)} % (${((bavail * bsize) / GIB).toFixed(1)} GiB)`;
  const message = `The disk of ${path} on ${hostname()} has ${free} left.`;
  return [{ rule: 'disk-nearly-full', subject: `${hostname()}:${path}`, message }];
}
