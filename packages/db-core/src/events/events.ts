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
  | { readonly type: 'connection-error'; readonly error: Error };

export type EventListener = (event: DatabaseEvent) => void;
