import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, engineOf } from '../database/database.ts';
import { quoteName } from '../schema/identifiers.ts';
import { deleteChunk, pseudonymiseChunk, release } from './erase-chunk.ts';
import { eraseLogLines } from './erase-logs.ts';
import { ErasureOutrunError } from './errors.ts';
import { type Erasure, type Ledger, pseudonymOf } from './ledger.ts';
import { type OwnedTable, ownedTables } from './owned-tables.ts';
import type { Statements } from './statements.ts';
import { forgetVectors } from './vector-index.ts';

export interface ErasureProgress {
  /** The table that is being worked on. */
  readonly table: string;
  /** Rows that are done, of all tables. */
  readonly done: number;
  /** How many there were when it began. */
  readonly total: number;
}

export interface OwnerErasureOptions {
  readonly onProgress?: ((progress: ErasureProgress) => void | Promise<void>) | undefined;
  /** Stops between two chunks; what was done stays done, and erasing again goes on from there. */
  readonly signal?: AbortSignal | undefined;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What was under way when the rest went is caught by another look. */
const MOST_PASSES = 5;

/** So that the caches of other processes, which follow the feed, learn whose rows are gone before the feed forgets it. */
const FEED_PAUSE_MS = 1000;

/** Erases what one owner has, in chunks of a transaction each. */
export class OwnerErasure {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #ledger: Ledger;
  readonly #erasure: Erasure;
  readonly #userId: string;
  readonly #tables: readonly OwnedTable[];
  readonly #options: OwnerErasureOptions;
  #done = 0;
  #total = 0;

  private constructor(
    database: Database,
    { statements, ledger, erasure, userId }: ErasureOf,
    tables: readonly OwnedTable[],
    options: OwnerErasureOptions,
  ) {
    this.#database = database;
    this.#statements = statements;
    this.#ledger = ledger;
    this.#erasure = erasure;
    this.#userId = userId;
    this.#tables = tables;
    this.#options = options;
  }

  static async of(database: Database, of: ErasureOf, options: OwnerErasureOptions): Promise<OwnerErasure> {
    return new OwnerErasure(database, of, ownedTables(await engineOf(database).inspect()), options);
  }

  /** @throws ErasureOutrunError when there is always more */
  async run(): Promise<void> {
    const counts = await countOwned(this.#statements, this.#tables, this.#userId);
    this.#total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    await this.#eraseLogs();
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      if ((await this.#pass()) === 0) return;
    }
    throw new ErasureOutrunError(`After ${MOST_PASSES} passes there were still rows of the owner.`);
  }

  async #pass(): Promise<number> {
    const before = this.#done;
    for (const table of this.#tables) {
      for (const { name } of columnsFor(table, this.#userId))
        await release(this.#statements, table, { [name]: this.#userId });
    }
    for (const table of this.#tables.filter(({ rows }) => rows === 'delete')) {
      for (const { name } of columnsFor(table, this.#userId)) {
        const where = { [name]: this.#userId };
        await this.#repeat(table.name, 'deleted', () => deleteChunk(this.#statements, table, where));
      }
    }
    await forgetVectors(this.#database, this.#userId);
    if (this.#done > before) await sleep(FEED_PAUSE_MS);
    for (const table of this.#tables.filter(({ rows }) => rows === 'pseudonymise')) await this.#pseudonymise(table);
    return this.#done - before;
  }

  async #pseudonymise(table: OwnedTable): Promise<void> {
    const pseudonym = pseudonymOf(this.#erasure);
    for (const { name } of columnsFor(table, this.#userId)) {
      const chosen = { owner: name, userId: this.#userId, pseudonym };
      await this.#repeat(table.name, 'pseudonymised', () => pseudonymiseChunk(this.#statements, table, chosen));
    }
  }

  async #eraseLogs(): Promise<void> {
    const named = { userId: this.#userId, accountId: UUID.test(this.#userId) ? this.#userId : undefined };
    await eraseLogLines(this.#statements, named, (work) => this.#part('system_logs', 'deleted', work));
  }

  async #repeat(table: string, of: 'deleted' | 'pseudonymised', work: () => Promise<number>): Promise<void> {
    while ((await this.#part(table, of, work)) > 0);
  }

  async #part(table: string, of: 'deleted' | 'pseudonymised', work: () => Promise<number>): Promise<number> {
    this.#options.signal?.throwIfAborted();
    const changed = await this.#ledger.part(this.#erasure, table, of, work);
    this.#done += changed;
    if (changed > 0) {
      const total = Math.max(this.#total, this.#done);
      await this.#options.onProgress?.({ table, done: this.#done, total });
    }
    return changed;
  }
}

export interface ErasureOf {
  readonly statements: Statements;
  readonly ledger: Ledger;
  readonly erasure: Erasure;
  readonly userId: string;
}

/** How many rows of each table have the owner's id; those without any are left out. */
export async function countOwned(
  statements: Statements,
  tables: readonly OwnedTable[],
  userId: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const columns = columnsFor(table, userId);
    if (columns.length === 0) continue;
    // A place for each: PostgreSQL gives one of them one type.
    const condition = columns.map(({ name }, index) => `${quoteName(name)} = $${index + 1}`).join(' OR ');
    const sql = `SELECT count(*) AS rows FROM ${quoteName(table.name)} WHERE ${condition}`;
    const values = columns.map(() => userId);
    const rows = Number((await statements.rows('care.count', sql, values))[0]?.['rows']);
    if (rows > 0) counts[table.name] = rows;
  }
  return counts;
}

/** The columns in which this id can be: PostgreSQL refuses to look for other text among UUIDs. */
function columnsFor(table: OwnedTable, userId: string): OwnedTable['owners'] {
  return table.owners.filter(({ isUuid }) => !isUuid || UUID.test(userId));
}
