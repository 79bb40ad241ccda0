import { setImmediate as breathe } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { StoredValue } from './copy.ts';
import { mapSqliteError } from './errors.ts';
import { quoted, quotedAll } from './quote.ts';

type Values = StoredValue[];

export interface BroughtFile {
  readonly path: string;
  /** Does it have other names for owners than the copy? */
  readonly hasPseudonyms: boolean;
  /** Given the owners that the copy has, gives those that are called otherwise in the file: their ids by what it calls them. */
  readonly namesOf: (owners: Iterable<string>) => ReadonlyMap<string, string>;
}

export interface BringIn {
  /** A file that nobody else uses; what happens to it when this is interrupted doesn't matter. */
  readonly path: string;
  /** What `copyChanges` made, in order. */
  readonly files: readonly BroughtFile[];
  readonly changesTable: string;
  readonly partsTable: string;
  /** Tables whose rows go by parts, with the length of what names one. */
  readonly lengthOf: (table: string) => number;
  /** Triggers that are to do their work meanwhile; the others rest. */
  readonly keepsTrigger: (name: string) => boolean;
  /** Told of each row that goes… */
  readonly onRemoved: (table: string, row: readonly StoredValue[]) => void;
  /** …and each that comes. */
  readonly onAdded: (table: string, row: readonly StoredValue[]) => void;
  readonly onFile?: (index: number) => void;
  readonly signal?: AbortSignal | undefined;
}

const AT_ONCE = 500;
const ATTACHED = 'increment';

/** Brings changes into a copy of the database that they are of: rows that changed go, and come as they were then. */
export async function bringIn(options: BringIn): Promise<void> {
  const { path, files, keepsTrigger, onFile, signal } = options;
  const database = new Database(path, { fileMustExist: true });
  try {
    database.defaultSafeIntegers(true);
    for (const pragma of [
      'journal_mode = MEMORY',
      'synchronous = OFF',
      'foreign_keys = OFF',
      'recursive_triggers = ON',
    ])
      database.pragma(pragma);
    const triggers = database
      .prepare<[], { name: string; sql: string }>(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`)
      .all()
      .filter(({ name }) => !keepsTrigger(name));
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${quoted(name)}`);
    for (const [index, file] of files.entries()) {
      onFile?.(index);
      database.prepare(`ATTACH ? AS ${ATTACHED}`).run(file.path);
      database.exec('BEGIN');
      await new OneFile(database, file, options).bring();
      database.exec(`COMMIT; DETACH ${ATTACHED}`);
    }
    for (const { sql } of triggers) database.exec(sql);
  } catch (error) {
    signal?.throwIfAborted();
    throw mapSqliteError(error, path);
  } finally {
    database.close();
  }
}

class OneFile {
  readonly #database: Database.Database;
  readonly #file: BroughtFile;
  readonly #options: BringIn;

  constructor(database: Database.Database, file: BroughtFile, options: BringIn) {
    this.#database = database;
    this.#file = file;
    this.#options = options;
  }

  /** Everything that goes before anything that comes: a row may have what another one had. */
  async bring(): Promise<void> {
    const { changesTable, partsTable } = this.#options;
    const names = this.#file.hasPseudonyms ? this.#file.namesOf(this.#owners(changesTable)) : new Map<string, string>();
    for await (const [table, userId, id] of this.#rows(changesTable, ['table_name', 'user_id', 'id'])) {
      this.#remove(String(table), 'user_id = ? AND id = ?', [userId, id]);
      const name = names.get(String(userId));
      if (name !== undefined) this.#remove(String(table), 'user_id = ? AND id = ?', [name, id]);
    }
    for await (const [table, part] of this.#rows(partsTable, ['table_name', 'part'])) {
      const length = this.#options.lengthOf(String(table));
      if (length === 0) this.#remove(String(table), 'true', []);
      else this.#remove(String(table), `substr(id, 1, ${length}) = ?`, [part]);
    }
    const tables = this.#database
      .prepare<[], { name: string }>(`SELECT name FROM ${ATTACHED}.sqlite_schema WHERE type = 'table' ORDER BY name`)
      .all()
      .map(({ name }) => name);
    for (const table of tables) if (table !== changesTable && table !== partsTable) await this.#add(table);
  }

  #remove(table: string, where: string, values: readonly unknown[]): void {
    const rows = this.#all(`DELETE FROM main.${quoted(table)} WHERE ${where} RETURNING *`, values);
    for (const row of rows) this.#options.onRemoved(table, row);
  }

  /** Whose rows there are in the tables in which something has changed. */
  #owners(changesTable: string): Set<string> {
    const tables = this.#all(`SELECT DISTINCT table_name FROM ${ATTACHED}.${quoted(changesTable)}`, []);
    const owners = tables.flatMap(([table]) =>
      this.#all(`SELECT DISTINCT user_id FROM main.${quoted(String(table))}`, []),
    );
    return new Set(owners.map(([userId]) => String(userId)));
  }

  async #add(table: string): Promise<void> {
    const columns = this.#database
      .prepare<[string], { name: string }>(`SELECT name FROM pragma_table_info(?, '${ATTACHED}')`)
      .all(table)
      .map(({ name }) => name);
    const sql = `INSERT INTO main.${quoted(table)} (${quotedAll(columns)})
      SELECT ${quotedAll(columns)} FROM ${ATTACHED}.${quoted(table)} WHERE rowid > ? AND rowid <= ? RETURNING *`;
    const last = Number(this.#all(`SELECT coalesce(max(rowid), 0) FROM ${ATTACHED}.${quoted(table)}`, [])[0]?.[0]);
    for (let from = 0; from < last; from += AT_ONCE) {
      for (const row of this.#all(sql, [from, from + AT_ONCE])) this.#options.onAdded(table, row);
      await this.#pause();
    }
  }

  /** Rows of the attached file, some at a time: nothing else can run while a statement gives rows. */
  async *#rows(table: string, columns: readonly string[]): AsyncGenerator<Values, void, undefined> {
    const sql = `SELECT rowid, ${quotedAll(columns)} FROM ${ATTACHED}.${quoted(table)} WHERE rowid > ? ORDER BY rowid LIMIT ${AT_ONCE}`;
    for (let last: StoredValue = 0; ;) {
      const rows = this.#all(sql, [last]);
      for (const [rowid = 0, ...values] of rows) {
        last = rowid;
        yield values;
      }
      if (rows.length < AT_ONCE) return;
      await this.#pause();
    }
  }

  #all(sql: string, values: readonly unknown[]): Values[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare<unknown[], Values>(sql).raw(true);
      this.#statements.set(sql, statement);
    }
    return statement.all(...values);
  }

  readonly #statements = new Map<string, Database.Statement<unknown[], Values>>();

  async #pause(): Promise<void> {
    await breathe();
    this.#options.signal?.throwIfAborted();
  }
}
