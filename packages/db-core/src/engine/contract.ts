import type { OperationNode, QueryCompiler } from 'kysely';
import type { SchemaDescription } from '../schema/description.ts';

/** Which database is underneath. Only db-core asks. */
export type EngineKind = 'sqlite' | 'postgres';

/**
 * How a value travels between JavaScript and a column. The same JavaScript value comes back on both engines.
 *
 * | codec | JavaScript | SQLite (declared type) | PostgreSQL |
 * | --- | --- | --- | --- |
 * | uuid | lower-case string | text (`UUID_TEXT`) | `uuid` |
 * | text | string | text (`TEXT`) | `text COLLATE "C"` |
 * | timestamp | Date, milliseconds UTC | integer (`TIMESTAMP`) | `timestamptz(3)` |
 * | boolean | boolean | 0 or 1 (`BOOLEAN`) | `boolean` |
 * | json | JSON value | text (`JSON_TEXT`) | `jsonb` |
 * | integer | whole number of 32 bits | integer (`INTEGER`) | `integer` |
 * | bigint | safe integer, throws beyond | integer (`BIGINT`) | `bigint` |
 * | real | finite number | real (`REAL`) | `double precision` |
 * | blob | Uint8Array | blob (`BLOB`) | `bytea` |
 */
export type Codec = 'uuid' | 'text' | 'timestamp' | 'boolean' | 'json' | 'integer' | 'bigint' | 'real' | 'blob';

export type Row = Record<string, unknown>;
export type MaybePromise<T> = T | Promise<T>;

/** SQL that the kernel compiled, ready for a driver. One object per statement, kept for as long as the statement is. */
export interface Plan {
  /** The query's name, for events and metrics; `dynamic` for one that was built on the spot. */
  readonly name: string;
  readonly sql: string;
  /** Does it write? Decides which connection runs it. */
  readonly writes: boolean;
  /** Does it give rows (select, or a write with RETURNING)? */
  readonly returnsRows: boolean;
  /** Codecs of output columns whose declared type an engine can't see (expressions), by output name. */
  readonly decode: ReadonlyMap<string, Codec>;
  /** A write of which no user's handle sees anything: into a table that only the system handle reaches. */
  readonly isUnseen?: boolean | undefined;
  /** Given for a plain insert: lets an engine write many rows with one statement. */
  readonly bulk?: BulkInsert | undefined;
}

/**
 * What `insert into "t" ("a", "b") values ($1, $2) on conflict …` says, taken apart, so that `executeMany` can send whole
 * columns. An engine that has nothing better runs the plan's SQL for each row.
 */
export interface BulkInsert {
  readonly table: string;
  /** In the statement's order. */
  readonly columns: readonly BulkColumn[];
  /** What follows the values, without parameters: `on conflict …`, or nothing. A RETURNING can't be part of it. */
  readonly suffix: string;
}

export interface BulkColumn {
  readonly name: string;
  readonly codec: Codec;
  /** Where the value is: at this place (from 0) of each row of values, or the same encoded value in every row. */
  readonly value: { readonly parameter: number } | { readonly constant: unknown };
}

export interface Outcome {
  readonly rows: Row[];
  /** Rows inserted, updated or deleted. */
  readonly changes: number;
}

/**
 * Something that runs statements: the engine itself (each on its own), or a transaction. Values are already encoded.
 * `owner` is the user whose handle the statement comes from: where the database itself keeps rows apart, it then reaches
 * no other rows. Without one it is the program's own.
 */
export interface Runner {
  execute(plan: Plan, values: readonly unknown[], owner?: string): MaybePromise<Outcome>;
  /** The same statement for each row of values, all or nothing only inside a transaction. Returns the changes. */
  executeMany(plan: Plan, rows: readonly (readonly unknown[])[], owner?: string): MaybePromise<number>;
  /** SQL text without parameters, one or more statements: DDL, pragmas. */
  exec(sql: string): MaybePromise<void>;
}

export interface EngineTransaction extends Runner {
  commit(): MaybePromise<void>;
  /** Never throws: a connection that can't roll back is destroyed. */
  rollback(): MaybePromise<void>;
}

export interface BeginOptions {
  /**
   * `write`: BEGIN IMMEDIATE on SQLite, READ COMMITTED on PostgreSQL. `read`: one snapshot, read-only, on both.
   * `exclusive-schema`: for the migration runner only; as `write`, with foreign keys off on SQLite until it ends.
   */
  readonly mode: 'write' | 'read' | 'exclusive-schema';
  /** Milliseconds to wait for a connection and, on SQLite, for other processes' locks. Default: the configuration's. */
  readonly waitMs?: number;
  /** Its statements may take as long as they take: for what reads a whole database. */
  readonly isPatient?: boolean;
}

/** A wait that an engine tells of. */
export interface EngineWait {
  /** `connection`: of the pool; `turn` and `file`: see the event `lock-wait`. */
  readonly of: 'connection' | 'turn' | 'file';
  readonly durationMs: number;
  /** It was in vain. */
  readonly error?: Error;
}

export interface PoolFigures {
  readonly size: number;
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface EngineInfo {
  readonly kind: EngineKind;
  /** The server's or the library's version, e.g. `3.54.0` or `18.4`. */
  readonly version: string;
  /** Where it is, without credentials: an absolute path, or `host:port/database`. */
  readonly location: string;
  readonly sizeBytes: number;
  /** Bytes of the write-ahead log; null where it is not the database's own (PostgreSQL). */
  readonly walBytes: number | null;
}

/** How far a database keeps the rows of users apart by itself, whatever a statement asks for. */
export interface RowSecurity {
  /** Is it asked for? If not, users' statements run as the program's own do, and nothing below has an effect. */
  readonly isOn: boolean;
  /** The role that users' statements run as; null while there are no tables. */
  readonly role: string | null;
  /** What is missing, in order; nothing when the wall is whole. */
  readonly faults: readonly RowSecurityFault[];
}

export interface RowSecurityFault {
  readonly message: string;
  /** The table that it concerns, if it lacks its policy. */
  readonly table?: string;
  /** The SQL that puts it right, where no migration is needed for that. */
  readonly remedy?: string;
}

/** What searches vectors inside the engine, where it is there. */
export interface VectorExtension {
  readonly name: 'sqlite-vec' | 'pgvector';
  /** Null where it can't be used. */
  readonly version: string | null;
  /** Why it can't be used, and what to do; null where it can. */
  readonly missing: { readonly message: string; readonly hint: string } | null;
}

/** Watches for commits until it is closed. */
export interface CommitWatch {
  close(): Promise<void>;
}

/** The one pool of a process, with its differences behind it. Every error it throws is one of the catalogue. */
export interface Engine extends Runner {
  readonly kind: EngineKind;
  /** Kysely's compiler for this engine's SQL. */
  readonly compiler: QueryCompiler;
  /** Turns a JavaScript value into what the driver binds. Without a codec it goes by the value's JavaScript type. */
  encoder(codec: Codec | undefined): (value: unknown) => unknown;
  /** `left in (…)` for a list that is bound as one value, so that the SQL doesn't depend on the list's length. */
  memberOf(left: OperationNode, list: OperationNode, negated: boolean): OperationNode;
  /** Such a list as the driver binds it; its values are already encoded. */
  encodeList(values: readonly unknown[]): unknown;
  /** Connects. Idempotent; not retried here. */
  open(): Promise<void>;
  /** Waits for what is running, then closes. Idempotent. */
  close(): Promise<void>;
  begin(options: BeginOptions): Promise<EngineTransaction>;
  /** Rows in chunks from one snapshot, without holding them all; the connection is given back when iteration ends. */
  stream(plan: Plan, values: readonly unknown[], chunkSize: number, owner?: string): AsyncIterableIterator<Row[]>;
  /**
   * Runs `work` while no other process can hold the same named lock on this database; waits at most `waitMs`.
   * Throws `MigrationLockedError` naming the holder when it doesn't get it.
   */
  withLock<T>(name: string, waitMs: number, work: () => Promise<T>): Promise<T>;
  /**
   * Calls `onCommit` soon after other connections have committed changes that are tracked, also those of other
   * processes; also without reason, and now and then not at all.
   */
  watchCommits(onCommit: () => void): CommitWatch;
  /**
   * Takes all of SQLite's write-ahead log into the file and cuts it to nothing; gives whether it could, which it can't while
   * somebody reads what was before. PostgreSQL's log is the server's, and nothing is done.
   */
  emptyLog(): Promise<boolean>;
  inspect(runner?: Runner): Promise<SchemaDescription>;
  /** How far the rows of these tables are kept apart by the database; undefined where it can't. */
  rowSecurity(tables: readonly string[]): Promise<RowSecurity | undefined>;
  /**
   * Where the configuration asks for it: has the database keep the rows of these tables apart, and does what is missing
   * for that. Throws `ConfigurationError` when it can't be done; no statement of a user runs then.
   */
  secureRows(tables: readonly string[]): Promise<void>;
  info(): Promise<EngineInfo>;
  vectorExtension(): Promise<VectorExtension>;
  pool(): PoolFigures;
}
