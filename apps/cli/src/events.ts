import type { DatabaseEvent, EventListener } from '@keelson/db-core';

export interface EventLines {
  /** Every statement; values are never shown. */
  readonly echo: boolean;
  /** What slows a command down. */
  readonly verbose: boolean;
  readonly write: (line: string) => void;
}

/** Tells on one line each what the database reports; undefined when nobody wants to know. */
export function eventLines({ echo, verbose, write }: EventLines): EventListener | undefined {
  if (!echo && !verbose) return undefined;
  return (event) => {
    const line = (echo ? echoLine(event) : undefined) ?? (verbose ? verboseLine(event) : undefined);
    if (line !== undefined) write(line);
  };
}

function echoLine(event: DatabaseEvent): string | undefined {
  if (event.type !== 'query') return undefined;
  const { name, sql, durationMs, rows, error } = event;
  const outcome = error === undefined ? `${rows} rows` : `failed: ${error.message}`;
  return `sql: ${durationMs.toFixed(2)} ms, ${outcome}, ${name}: ${sql.replaceAll(/\s+/g, ' ')}`;
}

function verboseLine(event: DatabaseEvent): string | undefined {
  switch (event.type) {
    case 'slow-query':
      return `slow: ${event.name} took ${Math.round(event.durationMs)} ms`;
    case 'retry':
      return `retry: ${event.scope === 'initialisation' ? 'connecting' : 'a transaction'} failed (${event.error.message}); again in ${event.delayMs} ms`;
    case 'migration':
      return `migration: ${event.name} ${event.direction} in ${event.durationMs} ms`;
    case 'breaker':
      return `breaker: ${event.state}`;
    case 'replica':
      return `replica: ${event.location} is ${event.state}${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'cache-stale':
      return `cache: an answer of ${event.name} is ${event.staleMs} ms old (${event.error.message})`;
    case 'cache-store':
      return event.state === 'joined' ? 'cache: shared' : `cache: not shared for a while (${event.error.message})`;
    case 'connection-error':
      return `connection: ${event.error.message}`;
    case 'checkpoint-error':
      return `checkpoint: ${event.error.message}`;
    case 'system-access':
      return `system access: ${event.reason}`;
    case 'query':
    case 'transaction':
    case 'connection-wait':
    case 'lock-wait':
      return undefined;
  }
}
