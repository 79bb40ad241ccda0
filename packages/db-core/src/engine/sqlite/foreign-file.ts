import { copyFileSync, existsSync, mkdtempSync, openSync, readSync, closeSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Row } from '../contract.ts';
import {
  AdoptionSourceError,
  CorruptDatabaseError,
  type KeelsonError,
  LockTimeoutError,
  NotADatabaseError,
} from '../../errors/index.ts';
import { isBusy, mapSqliteError } from './errors.ts';

/** A table of a file that another program made. */
export interface ForeignTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface OpenForeignFile {
  /** How long to wait for a program that is writing the file. */
  readonly waitMs: number;
}

const POLL_MS = 20;
/** The names under which SQLite gives a row's number, unless the table has a column of that name. */
const ROW_NUMBERS = ['rowid', '_rowid_', 'oid'] as const;

/**
 * A SQLite file of another program, which is only read: from one moment's state, whatever its program does meanwhile.
 * The file is never changed, and nothing is left beside it.
 */
export class ForeignFile {
  readonly path: string;
  /** Its tables in the order of their names, without those of SQLite itself. */
  readonly tables: ReadonlyMap<string, ForeignTable>;
  readonly #database: Database.Database;
  /** Of the copy that is read in the file's place, if there is one. */
  readonly #folder: string | undefined;

  private constructor(path: string, opened: { database: Database.Database; folder: string | undefined }) {
    this.path = path;
    this.#database = opened.database;
    this.#folder = opened.folder;
    this.tables = new Map(this.#list().map((table) => [table.name, table]));
  }

  /** @throws AdoptionSourceError when it is missing, no SQLite database, damaged, or locked for too long */
  static async open(given: string, { waitMs }: OpenForeignFile): Promise<ForeignFile> {
    const path = resolve(given);
    refuseWhatIsNoFile(path);
    const deadline = performance.now() + waitMs;
    for (;;) {
      try {
        return ForeignFile.#openNow(path);
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw explained(error, path);
      }
      await sleep(POLL_MS);
    }
  }

  static #openNow(path: string): ForeignFile {
    // SQLite would leave files beside one with a write-ahead log that no program has open; there a copy is read instead.
    const folder = hasWriteAheadLog(path) && !existsSync(`${path}-shm`) ? copyOf(path) : undefined;
    let database: Database.Database | undefined;
    try {
      const place = folder === undefined ? path : join(folder, 'copy.db');
      database = new Database(place, { readonly: true, fileMustExist: true, timeout: 0 });
      database.pragma('trusted_schema = OFF');
      database.pragma('query_only = ON');
      database.exec('BEGIN');
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      return new ForeignFile(path, { database, folder });
    } catch (error) {
      database?.close();
      remove(folder);
      throw error;
    }
  }

  #list(): ForeignTable[] {
    const columns = this.#database.prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)');
    return this.#database
      .prepare<[], { name: string }>(
        // Without row numbers nothing could say which row is meant; no system that is known has such tables.
        `SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND wr = 0 AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name`,
      )
      .all()
      .map(({ name }) => ({ name, columns: columns.all(name).map((column) => column.name) }));
  }

  /** Looks at one table after the other, so that whoever asks can pause between them. @throws AdoptionSourceError */
  *check(): IterableIterator<void> {
    try {
      for (const name of this.tables.keys()) {
        const [first] = this.#database.pragma(`integrity_check(${quoted(name)})`) as { integrity_check: string }[];
        if (first?.integrity_check !== 'ok')
          throw new CorruptDatabaseError(`the table ${name} is damaged: ${String(first?.integrity_check)}`);
        yield;
      }
    } catch (error) {
      throw explained(error, this.path);
    }
  }

  count(table: string): number {
    const row = this.#read(() =>
      this.#database.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${quoted(this.#known(table))}`).get(),
    );
    return row?.n ?? 0;
  }

  /** How many rows have something in a column; what it is isn't read. */
  countFilled(table: string, column: string): number {
    const name = quoted(this.#known(table, column));
    const row = this.#read(() =>
      this.#database.prepare<[], { n: number }>(`SELECT count(${quoted(column)}) AS n FROM ${name}`).get(),
    );
    return row?.n ?? 0;
  }

  /**
   * Every row with its number as `$row` and these columns; a column that the table hasn't is null. In the order of the
   * row numbers, or of a column and then of these.
   */
  *rows(table: string, columns: readonly string[], { orderBy }: { orderBy?: string } = {}): IterableIterator<Row> {
    const order = orderBy === undefined ? '' : `${quoted(orderBy)}, `;
    const number = this.#numberOf(table);
    const statement = this.#read(() =>
      this.#database.prepare<[], Row>(`${this.#select(table, columns)} ORDER BY ${order}${number}`),
    );
    try {
      yield* statement.iterate();
    } catch (error) {
      throw explained(error, this.path);
    }
  }

  /** Gives rows by their numbers. */
  reader(table: string, columns: readonly string[]): (row: number) => Row | undefined {
    const statement = this.#read(() =>
      this.#database.prepare<[number], Row>(`${this.#select(table, columns)} WHERE ${this.#numberOf(table)} = ?`),
    );
    return (row) => this.#read(() => statement.get(row));
  }

  close(): void {
    this.#database.close();
    remove(this.#folder);
  }

  #select(table: string, columns: readonly string[]): string {
    const there = new Set(this.tables.get(table)?.columns);
    const list = columns.map((name) => (there.has(name) ? quoted(name) : `NULL AS ${quoted(name)}`));
    return `SELECT ${[`${this.#numberOf(table)} AS "$row"`, ...list].join(', ')} FROM ${quoted(this.#known(table))}`;
  }

  #numberOf(table: string): string {
    const names = new Set(this.tables.get(table)?.columns.map((name) => name.toLowerCase()));
    return ROW_NUMBERS.find((name) => !names.has(name)) ?? ROW_NUMBERS[0];
  }

  /** Only names that the file really has become SQL. */
  #known(table: string, column?: string): string {
    const columns = this.tables.get(table)?.columns;
    if (columns === undefined || (column !== undefined && !columns.includes(column)))
      throw new AdoptionSourceError(`${this.path} has no ${column === undefined ? table : `${table}.${column}`}.`);
    return table;
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explained(error, this.path);
    }
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function refuseWhatIsNoFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new AdoptionSourceError(`There is no file ${path}.`);
  if (!found.isFile()) throw new AdoptionSourceError(`${path} is not a file.`);
}

/** The bytes 18 and 19 of a SQLite file are 2 where it has a write-ahead log. */
function hasWriteAheadLog(path: string): boolean {
  const head = Buffer.alloc(20);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, head, 0, head.length, 0);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new AdoptionSourceError(`${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
  return head[18] === 2 && head[19] === 2;
}

/** Into a folder that nobody else may enter. What nobody has open doesn't change meanwhile; if it does, that is told. */
function copyOf(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-adopt-'));
  const log = `${path}-wal`;
  try {
    const before = stateOf(path);
    copyFileSync(path, join(folder, 'copy.db'));
    if (existsSync(log)) copyFileSync(log, join(folder, 'copy.db-wal'));
    if (existsSync(`${path}-shm`) || stateOf(path) !== before)
      throw new AdoptionSourceError(`${path} was changed while it was read.`, {
        hint: 'Stop the program that writes it, then run this again. Nothing of it was adopted.',
      });
    return folder;
  } catch (error) {
    remove(folder);
    if (error instanceof AdoptionSourceError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new AdoptionSourceError(`${path} can't be copied to ${tmpdir()} to be read: ${why}.`, {
      cause: error,
      hint: 'TMPDIR names a folder that has room for it. Nothing of it was adopted.',
    });
  }
}

function stateOf(path: string): string {
  const states = [path, `${path}-wal`].map((name) => statSync(name, { throwIfNoEntry: false, bigint: true }));
  return states.map((state) => `${state?.size}:${state?.mtimeNs}`).join(' ');
}

function remove(folder: string | undefined): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** Says it of the file that is read, so that nobody takes it for the one database. */
function explained(error: unknown, path: string): KeelsonError {
  if (error instanceof AdoptionSourceError) return error;
  const mapped = mapSqliteError(error, path);
  const options = { cause: error, details: { reason: mapped.code } };
  if (mapped instanceof LockTimeoutError)
    return new AdoptionSourceError(`${path} is locked by another program.`, {
      ...options,
      hint: 'Stop the program that writes it, then run this again. Nothing of it was adopted.',
    });
  if (mapped instanceof NotADatabaseError) return new AdoptionSourceError(`${path} is not a SQLite database.`, options);
  if (mapped instanceof CorruptDatabaseError)
    return new AdoptionSourceError(`${path} is damaged or cut off: ${errorText(error)}.`, {
      ...options,
      hint: 'Take an older copy of it, or save what is left with `sqlite3 FILE .recover | sqlite3 NEW`. Nothing of it was adopted.',
    });
  return new AdoptionSourceError(`${path} can't be read: ${errorText(error)}.`, {
    ...options,
    hint: 'If its program was cut off while writing, open the file once with that program or with sqlite3, then run this again. Nothing of it was adopted.',
  });
}

function errorText(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
