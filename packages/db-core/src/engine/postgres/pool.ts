import pg, { type PoolClient, type QueryConfig } from 'pg';
import {
  ConnectionTimeoutError,
  DatabaseClosedError,
  type KeelsonError,
  PoolExhaustedError,
} from '../../errors/index.ts';
import type { PoolFigures } from '../contract.ts';
import { mapPostgresError } from './errors.ts';
import { type PostgresSettings, sessionSetup } from './options.ts';
import { Session } from './session.ts';

/** How long closed connections may take to disappear. */
const GONE_MS = 1000;

/** `pg`'s pool, with times of its own for waiting and for connecting, and sessions instead of bare clients. */
export class SessionPool {
  readonly #settings: PostgresSettings;
  readonly #pool: pg.Pool;
  readonly #sessions = new WeakMap<PoolClient, Session>();
  readonly #lent = new Set<Session>();
  readonly #max: number;
  #waiting = 0;
  #closing: Promise<void> | undefined;
  /** Called when nothing is lent out or waited for any more. */
  #onQuiet: (() => void) | undefined;

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
    this.#max = Math.max(1, settings.poolSize + settings.maxOverflow);
    // The pool would take its one time limit both for connecting and for waiting; waiting is bounded here, for each caller.
    class TimedClient extends pg.Client {
      constructor() {
        super(settings.client);
        // One that fails to sign in keeps its socket, and the server waits a minute for it.
        this.connection.on('error', () => this.connection.stream.destroy());
      }
    }
    // The driver knows a time limit for a single query; its types don't.
    const setup: QueryConfig & { readonly query_timeout: number } = {
      text: sessionSetup(settings),
      query_timeout: settings.connectTimeoutMs,
    };
    this.#pool = new pg.Pool({
      Client: TimedClient,
      max: this.#max,
      idleTimeoutMillis: settings.idleTimeoutMs,
      maxLifetimeSeconds: settings.recycleMs / 1000,
      // An unused pool is no reason for the process to live on.
      allowExitOnIdle: true,
      // The pool waits for it, which its types don't say.
      onConnect: (connected): void => connected.query(setup) as unknown as undefined,
    });
    this.#pool.on('connect', (connected) => this.#sessions.set(connected, new Session(connected, settings)));
    // Each session reports its own errors; without a listener here they would end the process.
    this.#pool.on('error', () => undefined);
  }

  /** Lends a connection. Whoever gets it calls `release` once. */
  acquire(waitMs = this.#settings.poolTimeoutMs): Promise<Session> {
    if (this.#closing !== undefined) return Promise.reject(new DatabaseClosedError('The database has been closed.'));
    return new Promise((resolve, reject) => {
      let isOver = false;
      const started = performance.now();
      const end = (): void => {
        isOver = true;
        this.#waiting -= 1;
        clearTimeout(timer);
      };
      const fail = (error: KeelsonError): void => {
        this.#settings.onWait({ of: 'connection', durationMs: performance.now() - started, error });
        reject(error);
        this.#tellQuiet();
      };
      const timer = setTimeout(() => {
        end();
        fail(this.#waitedTooLong(waitMs));
      }, waitMs);
      this.#waiting += 1;
      this.#pool.connect((error, client) => {
        if (isOver) {
          client?.release();
          return;
        }
        end();
        const session = client === undefined ? undefined : this.#sessions.get(client);
        if (session === undefined) {
          fail(mapPostgresError(error, { location: this.#settings.target.location, phase: 'connect' }));
          return;
        }
        this.#lent.add(session);
        this.#settings.onWait({ of: 'connection', durationMs: performance.now() - started });
        resolve(session);
      });
    });
  }

  release(session: Session): void {
    this.#lent.delete(session);
    session.release();
    this.#tellQuiet();
  }

  figures(): PoolFigures {
    return { size: this.#pool.totalCount, inUse: this.#lent.size, idle: this.#pool.idleCount, waiting: this.#waiting };
  }

  /** Takes no new work, waits for what runs, then closes; what runs for too long loses its connection. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { closeTimeoutMs } = this.#settings;
    if (this.#lent.size + this.#waiting > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, closeTimeoutMs);
        this.#onQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    // The pool's own promise waits for connections that are never given back, but not for sockets to be closed.
    const gone = this.#allGone();
    void this.#pool.end();
    for (const session of this.#lent)
      session.destroy(`still in use ${closeTimeoutMs} ms after the database was closed`);
    await gone;
  }

  #allGone(): Promise<void> {
    let open = this.#pool.totalCount - this.#lent.size;
    return new Promise((resolve) => {
      if (open === 0) {
        resolve();
        return;
      }
      // A server that doesn't answer can't hold up the program's end.
      const timer = setTimeout(resolve, GONE_MS);
      this.#pool.on('remove', () => {
        open -= 1;
        if (open > 0) return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #tellQuiet(): void {
    if (this.#lent.size + this.#waiting === 0) this.#onQuiet?.();
  }

  #waitedTooLong(waitMs: number): KeelsonError {
    const { location } = this.#settings.target;
    if (this.#lent.size < this.#max)
      return new ConnectionTimeoutError(`PostgreSQL at ${location} gave no connection within ${waitMs} ms.`);
    return new PoolExhaustedError(
      `All ${this.#max} connections to ${location} are in use; waited ${waitMs} ms for one.`,
    );
  }
}
