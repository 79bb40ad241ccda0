/** What db-core tells its host instead of writing log lines. SQL is given with placeholders, never with values. */
export type DatabaseEvent =
  | {
      readonly type: 'query';
      readonly name: string;
      readonly sql: string;
      readonly durationMs: number;
      readonly rows: number;
      readonly error?: Error;
    }
  | {
      readonly type: 'slow-query';
      readonly name: string;
      readonly sql: string;
      readonly durationMs: number;
      readonly rows: number;
    }
  /** One attempt at a transaction, from its begin to its commit or rollback. */
  | { readonly type: 'transaction'; readonly durationMs: number; readonly error?: Error }
  /** PostgreSQL: how long it took to get a connection from the pool, or to be told that there is none. */
  | { readonly type: 'connection-wait'; readonly durationMs: number; readonly error?: Error }
  /**
   * SQLite: somebody had to wait to write, for the other writers of this process (`turn`) or for another process
   * (`file`); with an error when it was in vain. Whoever needn't wait isn't told of.
   */
  | {
      readonly type: 'lock-wait';
      readonly of: 'turn' | 'file';
      readonly durationMs: number;
      readonly error?: Error;
    }
  | {
      readonly type: 'retry';
      readonly scope: 'transaction' | 'initialisation';
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: Error;
    }
  | { readonly type: 'breaker'; readonly state: 'closed' | 'open' | 'half-open' }
  | { readonly type: 'system-access'; readonly reason: string }
  | {
      readonly type: 'migration';
      readonly name: string;
      readonly direction: 'up' | 'down';
      readonly durationMs: number;
    }
  /** An answer of before was given because the database couldn't be reached. */
  | { readonly type: 'cache-stale'; readonly name: string; readonly staleMs: number; readonly error: Error }
  /** The shared warm tier: in use, or left alone for a while because it failed. Reads go on without it. */
  | { readonly type: 'cache-store'; readonly state: 'joined' }
  | { readonly type: 'cache-store'; readonly state: 'paused'; readonly error: Error }
  | { readonly type: 'connection-error'; readonly error: Error }
  /**
   * SQLite: the write-ahead log couldn't be written back on a thread of its own. Told once, until it can be again; meanwhile
   * commits do it now and then, and take longer.
   */
  | { readonly type: 'checkpoint-error'; readonly error: Error }
  | {
      /** A replica is used from now on, or isn't any more. */
      readonly type: 'replica';
      /** `host:port/database` */
      readonly location: string;
      readonly state: ReplicaState;
      /** Why it isn't used. */
      readonly reason?: string;
    };

/**
 * Where a replica stands. `joining`: not yet known to have what the primary had when it was looked at first. `following`:
 * it is read. `behind`: by more than `DATABASE_READ_MAX_LAG_MS`. `unreachable`: it can't be asked. `not-a-replica`: it
 * takes writes itself, because it was promoted or never was one. `foreign`: it follows another server or another history.
 */
export type ReplicaState = 'joining' | 'following' | 'behind' | 'unreachable' | 'not-a-replica' | 'foreign';

export type EventListener = (event: DatabaseEvent) => void;
