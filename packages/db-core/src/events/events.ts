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
  | { readonly type: 'connection-error'; readonly error: Error };

export type EventListener = (event: DatabaseEvent) => void;
