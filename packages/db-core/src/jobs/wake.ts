import type { Database } from '../database/database.ts';

/** What workers of this process are told at once; those of others find it by looking. */
export interface Woken {
  /** A job can be run. */
  ready(): void;
  /** Somebody wants a running job stopped. */
  cancelled(jobId: string): void;
}

const listeners = new WeakMap<Database, Set<Woken>>();

/** Listens until the returned function is called. */
export function listen(database: Database, listener: Woken): () => void {
  const known = listeners.get(database) ?? new Set();
  listeners.set(database, known);
  known.add(listener);
  return () => known.delete(listener);
}

export function wake(database: Database, tell: (listener: Woken) => void): void {
  for (const listener of listeners.get(database) ?? []) tell(listener);
}
