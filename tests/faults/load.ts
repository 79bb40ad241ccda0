import { setTimeout as sleep } from 'node:timers/promises';
import { AmbiguousCommitError, type Database, defineQuery, KeelsonError, newId } from '@keelson/db-core';

interface NewConversation {
  readonly id: string;
  readonly title: string;
  readonly now: Date;
}

const insertConversation = defineQuery('faults.insertConversation', (db, p: NewConversation) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: p.now, updated_at: p.now }),
);
const renameConversation = defineQuery('faults.renameConversation', (db, p: NewConversation) =>
  db.updateTable('conversations').set({ title: p.title, updated_at: p.now }).where('id', '=', p.id),
);

/** What the writers were told of their writes; each has a title of its own. */
export interface Outcome {
  /** Were said to be kept. */
  readonly acknowledged: readonly string[];
  /** Were said to have happened or not. */
  readonly doubtful: readonly string[];
  /** Were said to have failed. */
  readonly refused: readonly string[];
  /** How often each error came. */
  readonly codes: Readonly<Record<string, number>>;
  /** The longest that a refusal by an open circuit took, in milliseconds. */
  readonly slowestOpenRefusalMs: number;
  /** Acknowledged since the last refusal. */
  readonly since: number;
}

/** After a refusal a writer does what clients shall: it waits a little. */
const PAUSE_MS = 20;

/**
 * Writers without a pause, of which one half writes with single statements and the other with transactions of two. A
 * transaction that is done again makes a row with another id, so that one that was kept twice would be seen.
 */
export class Load {
  readonly #database: Database;
  readonly #name: string;
  readonly #acknowledged: string[] = [];
  readonly #doubtful: string[] = [];
  readonly #refused: string[] = [];
  readonly #codes: Record<string, number> = {};
  #slowestOpenRefusalMs = 0;
  #since = 0;
  #isStopping = false;
  #writers: Promise<void>[] = [];

  constructor(database: Database, name: string) {
    this.#database = database;
    this.#name = name;
  }

  start(writers: number): void {
    this.#writers = Array.from({ length: writers }, (_, number) => this.#write(number));
  }

  get acknowledged(): number {
    return this.#acknowledged.length;
  }

  /** Ends it once what is under way has ended. Throws what isn't to be expected. */
  async stop(): Promise<Outcome> {
    this.#isStopping = true;
    await Promise.all(this.#writers);
    return {
      acknowledged: this.#acknowledged,
      doubtful: this.#doubtful,
      refused: this.#refused,
      codes: this.#codes,
      slowestOpenRefusalMs: this.#slowestOpenRefusalMs,
      since: this.#since,
    };
  }

  async #write(writer: number): Promise<void> {
    for (let turn = 1; !this.#isStopping; turn += 1) {
      const title = `${this.#name} ${writer}:${turn}`;
      const begun = performance.now();
      try {
        await (writer % 2 === 0 ? this.#once(writer, title) : this.#inTransaction(writer, title));
        this.#acknowledged.push(title);
        this.#since += 1;
        // Single statements of SQLite end without having let anything else run.
        if (turn % 20 === 0) await sleep(1);
      } catch (error) {
        if (!(error instanceof KeelsonError)) throw error;
        this.#note(error, title, performance.now() - begun);
        await sleep(PAUSE_MS);
      }
    }
  }

  #once(writer: number, title: string): Promise<unknown> {
    const user = this.#database.forUser(`user ${writer}`);
    return user.run(insertConversation, { id: newId(), title, now: new Date() });
  }

  #inTransaction(writer: number, title: string): Promise<unknown> {
    return this.#database.transaction(`user ${writer}`, async (user) => {
      const id = newId();
      await user.run(insertConversation, { id, title: 'not yet', now: new Date() });
      await user.run(renameConversation, { id, title, now: new Date() });
    });
  }

  #note(error: KeelsonError, title: string, tookMs: number): void {
    this.#codes[error.code] = (this.#codes[error.code] ?? 0) + 1;
    this.#since = 0;
    if (error instanceof AmbiguousCommitError) this.#doubtful.push(title);
    else this.#refused.push(title);
    // One that tried several times before the circuit opened waited between its tries.
    if (error.code === 'CIRCUIT_OPEN') this.#slowestOpenRefusalMs = Math.max(this.#slowestOpenRefusalMs, tookMs);
  }
}

/** What is wrong with what is stored, in words; empty when every writer was told the truth. */
export function faultsOf(outcomes: readonly Outcome[], stored: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const title of stored) counts.set(title, (counts.get(title) ?? 0) + 1);
  const told = (pick: (outcome: Outcome) => readonly string[]): string[] => outcomes.flatMap(pick);
  const known = new Set(told(({ acknowledged, doubtful }) => [...acknowledged, ...doubtful]));
  return [
    ...told(({ acknowledged }) => acknowledged)
      .filter((title) => !counts.has(title))
      .map((title) => `${title} was acknowledged and is lost`),
    ...[...counts].filter(([, count]) => count > 1).map(([title, count]) => `${title} is there ${count} times`),
    ...told(({ refused }) => refused)
      .filter((title) => counts.has(title))
      .map((title) => `${title} was refused and is there`),
    ...[...counts.keys()].filter((title) => !known.has(title)).map((title) => `${title} is nobody's`),
  ];
}
