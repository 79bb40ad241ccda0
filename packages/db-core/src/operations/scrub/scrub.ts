import { randomBytes } from 'node:crypto';
import { ownersIn } from '../../care/find-owners.ts';
import { Pseudonyms } from '../../care/scrub/pseudonyms.ts';
import { type ScrubbedTable, scrubbedTables } from '../../care/scrub/scrubbed-tables.ts';
import { Statements } from '../../care/statements.ts';
import type { DatabaseConfig } from '../../config/index.ts';
import { type Database, engineOf } from '../../database/database.ts';
import { ConfigurationError } from '../../errors/index.ts';
import { ensureIdentity } from '../../platform/identity.ts';
import { quoteName } from '../../schema/identifiers.ts';
import { Search } from '../../search/search.ts';
import type { SearchSource } from '../../search/source.ts';
import { scrubServer } from './postgres-scrub.ts';
import { scrubFile } from './sqlite-scrub.ts';

export interface ScrubProgress {
  readonly stage: 'copying' | 'indexing' | 'checking';
  /** The table, while copying. */
  readonly table?: string;
}

export interface ScrubOptions {
  /** Where the copy is made, of the same kind: a file that isn't there, or a PostgreSQL database without tables. */
  readonly to: DatabaseConfig;
  /** What the copy is searched by; the index is made anew from the replaced texts. */
  readonly sources?: readonly SearchSource[];
  /** What the copy is: `development`, `staging` or `test`. Default: `staging`. */
  readonly environment?: string;
  /** Looks whether it can be made, and counts; makes nothing. Default: false. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ScrubProgress) => void;
}

export interface ScrubbedTableReport {
  readonly name: string;
  readonly rows: number;
  /** Why the copy has none of the rows; null where it has all. */
  readonly emptied: string | null;
  /** Columns whose values are replaced in the copy. */
  readonly replaced: readonly string[];
}

export interface Scrubbed {
  /** False after a dry run. */
  readonly made: boolean;
  /** `rows` are those of the copy; after a dry run those of the source. */
  readonly tables: readonly ScrubbedTableReport[];
  readonly durationMs: number;
}

/** What making a copy needs. */
export interface Scrubbing extends ScrubOptions {
  readonly tables: ReadonlyMap<string, ScrubbedTable>;
  /** Done on the copy when its rows are in it, before it takes its place. */
  readonly settle: (copy: Database) => Promise<void>;
}

/**
 * Makes a copy of a database without personal data, for staging: every row of the domains is there, and belongs to the same
 * others, but what people wrote and who they are is replaced by what means nothing. Ids that the program made, times,
 * states and numbers stay. The source is only read, and may be in use.
 *
 * The copy appears when it is whole; interrupted at any moment nothing is there.
 *
 * @throws ConfigurationError for columns of which nobody knows what they may tell, RestoreRefusedError where something is
 * in the copy's place already
 * @example
 * ```ts
 * await scrubDatabase(database, { to: loadDatabaseConfig({ url: 'sqlite:///staging.db' }), sources: conversationSources });
 * ```
 */
export async function scrubDatabase(database: Database, options: ScrubOptions): Promise<Scrubbed> {
  const started = performance.now();
  await database.initialize();
  const { to, environment = 'staging', sources = [] } = options;
  if (database.config.target.engine !== to.target.engine)
    throw new ConfigurationError('A scrubbed copy is made on the same engine as its source.', {
      hint: 'Give a SQLite file for a SQLite file, and a PostgreSQL database for one.',
    });
  // Kept nowhere: nobody finds back from the copy to the source.
  const tables = scrubbedTables(await engineOf(database).inspect(), new Pseudonyms(randomBytes(32)));
  const scrubbing: Scrubbing = {
    ...options,
    tables: new Map(tables.map((table) => [table.name, table])),
    settle: async (copy) => {
      await copy.initialize();
      await copy.changes.startEpoch();
      await ensureIdentity(copy, environment);
      options.onProgress?.({ stage: 'indexing' });
      await index(copy, sources, options.signal);
    },
  };
  const counts =
    to.target.engine === 'sqlite'
      ? await scrubFile(database, to.target.path, scrubbing)
      : await scrubServer(database, scrubbing);
  const made = counts !== undefined;
  const rowsOf = made ? (name: string) => counts.get(name) ?? 0 : await counted(database, tables);
  return {
    made,
    tables: tables.map(({ name, emptied, replaced }) => ({
      name,
      rows: rowsOf(name),
      emptied,
      replaced: emptied === null ? [...replaced.keys()] : [],
    })),
    durationMs: Math.round(performance.now() - started),
  };
}

async function index(copy: Database, sources: readonly SearchSource[], signal: AbortSignal | undefined): Promise<void> {
  const search = new Search(copy, sources);
  const owners = new Set<string>();
  for await (const owner of ownersIn(copy, new Statements(copy))) owners.add(owner);
  for (const owner of owners) {
    signal?.throwIfAborted();
    await search.markAll(owner);
    await search.refresh(owner);
  }
}

async function counted(database: Database, tables: readonly ScrubbedTable[]): Promise<(name: string) => number> {
  const statements = new Statements(database);
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const [row] = await statements.rows('scrub.count', `SELECT count(*) AS rows FROM ${quoteName(name)}`);
    counts.set(name, Number(row?.['rows']));
  }
  return (name) => counts.get(name) ?? 0;
}
