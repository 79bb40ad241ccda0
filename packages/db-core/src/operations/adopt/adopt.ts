import { realpathSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { ErasedBefore } from '../../care/erased-before.ts';
import type { Database } from '../../database/database.ts';
import type { SystemHandle } from '../../database/handle.ts';
import { parseUserId, SYSTEM_OWNER } from '../../database/user-id.ts';
import { ForeignFile } from '../../engine/sqlite/foreign-file.ts';
import { AdoptionFailedError, AdoptionSourceError, KeelsonError, ValidationError } from '../../errors/index.ts';
import { adoptAccount } from '../../platform/adopted-account.ts';
import { recordFor } from '../../platform/audit-event.ts';
import { OPERATOR } from '../../platform/by.ts';
import type { Adopter, Adoption, LegacyRow, LegacySource } from './adopter.ts';
import { countLeftOut } from './left-out.ts';
import { ownersOfAdopted } from './owners-of-adopted.ts';
import { recognise, tablesOf } from './recognise.ts';
import { type AdoptedTable, TableTally } from './tally.ts';

export interface AdoptProgress {
  readonly file: string;
  /** Rows of the file that were looked at by now. */
  readonly rows: number;
}

export interface AdoptOptions {
  readonly files: readonly string[];
  readonly adopters: readonly Adopter[];
  /** Whose the rows become that name no user. Default: `default`. */
  readonly user?: string;
  readonly onProgress?: (progress: AdoptProgress) => void;
  /** Stops it; nothing of the file that it is at is kept, the ones before it are. */
  readonly signal?: AbortSignal;
}

export interface AdoptedFile {
  /** Its absolute path. */
  readonly file: string;
  readonly system: string;
  readonly tables: readonly AdoptedTable[];
}

export interface AdoptReport {
  /** In the order in which they were given. */
  readonly files: readonly AdoptedFile[];
}

interface Opened {
  readonly file: ForeignFile;
  readonly adopter: Adopter;
}

/**
 * Brings in the rows of SQLite files that other systems made. All files are opened and checked before the first row is
 * stored; each is then stored in one transaction. What is there already isn't stored again.
 *
 * @throws AdoptionSourceError for a file that can't be read, AdoptionSchemaError for one of no known system
 * @throws AdoptionFailedError when one of several fails after others were adopted
 * @example
 * ```ts
 * const { files } = await adopt(database, { files: ['chats.db'], adopters: [conversationsAdopter] });
 * ```
 */
export async function adopt(database: Database, options: AdoptOptions): Promise<AdoptReport> {
  const { adopters, signal } = options;
  const defaultUser = parseUserId(options.user ?? 'default');
  if (defaultUser.startsWith('keelson:')) throw new ValidationError('A user id that begins with "keelson:" is taken.');
  const opened: Opened[] = [];
  try {
    for (const path of distinct(options.files)) {
      signal?.throwIfAborted();
      const file = await ForeignFile.open(path, { waitMs: database.config.timeoutMs });
      // Entered before it is looked at, so that it is closed whatever comes.
      const adopter = closedOnFailure(file, () => recognise(file, adopters));
      opened.push({ file, adopter });
      for (const _ of file.check()) {
        await breathe();
        signal?.throwIfAborted();
      }
    }
    return await adoptAll(database, opened, { ...options, user: defaultUser });
  } finally {
    for (const { file } of opened) file.close();
  }
}

function closedOnFailure<T>(file: ForeignFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The same file under two names would be read twice. */
function distinct(paths: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return paths.filter((path) => {
    const real = realPath(path);
    if (seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Opening it says what is wrong with it.
    return path;
  }
}

async function adoptAll(
  database: Database,
  opened: readonly Opened[],
  options: AdoptOptions & { readonly user: string },
): Promise<AdoptReport> {
  const works = new Map<Adopter, (adoption: Adoption) => Promise<void>>();
  for (const { adopter } of opened) {
    if (works.has(adopter)) continue;
    const sources = opened.filter((one) => one.adopter === adopter).map(({ file }) => sourceOf(file, adopter));
    works.set(adopter, adopter.begin(sources, options.user));
  }
  const done = new Map<ForeignFile, AdoptedFile>();
  for (const { file, adopter } of [...opened].sort((a, b) => rankOf(a) - rankOf(b))) {
    try {
      const work = works.get(adopter) ?? adopter.begin([], options.user);
      done.set(file, await adoptOne(database, { file, adopter, work, options }));
    } catch (error) {
      if (done.size === 0 || !(error instanceof KeelsonError) || options.signal?.aborted === true) throw error;
      throw new AdoptionFailedError(
        `${file.path} could not be adopted: ${error.message} The ${done.size === 1 ? 'file' : `${done.size} files`} before it ${done.size === 1 ? 'is' : 'are'} kept.`,
        { cause: error, details: { file: file.path, files: [...done.values()] } },
      );
    }
  }
  return { files: opened.flatMap(({ file }) => done.get(file) ?? []) };
}

/** Files with tables on which others depend come first. */
function rankOf({ file, adopter }: Opened): number {
  const [first] = tablesOf(file, adopter);
  return first === undefined ? adopter.tables.length : adopter.tables.indexOf(first);
}

interface One extends Opened {
  readonly work: (adoption: Adoption) => Promise<void>;
  readonly options: AdoptOptions & { readonly user: string };
}

/** All of a file or nothing. The counts begin anew when the transaction is repeated. */
async function adoptOne(database: Database, { file, adopter, work, options }: One): Promise<AdoptedFile> {
  const reason = `adopt: bring in the rows of ${adopter.system}`;
  return database.system(reason).transaction(
    async (system) => {
      const tallies = new Map(tablesOf(file, adopter).map(({ name }) => [name, new TableTally(name)]));
      const tally = (table: string): TableTally => {
        const known = tallies.get(table) ?? new TableTally(table);
        tallies.set(table, known);
        return known;
      };
      countLeftOut(file, adopter, tally);
      const erased = await ErasedBefore.read(system);
      await work({
        source: sourceOf(file, adopter),
        defaultUser: options.user,
        user: (userId) => database.forUser(userId),
        tally,
        account: (account) => adoptAccount(system, account),
        wasErased: (row) => erased.has(row),
        wasRowErased: (table, id) => erased.hasRow(table, id),
        adoptedBefore: (table) => ownersOfAdopted(database, { table, source: adopter.system }),
        step: stepper(file, options),
      });
      const report = {
        file: file.path,
        system: adopter.system,
        tables: [...tallies.values()].map((one) => one.report),
      };
      await recordAdoption(system, report);
      // The last moment to stop it: what comes now is the commit.
      options.signal?.throwIfAborted();
      return report;
    },
    // It takes as long as the file is large; Ctrl-C ends it.
    { timeoutMs: 0 },
  );
}

/** Only where something was changed. */
async function recordAdoption(system: SystemHandle, { tables }: AdoptedFile): Promise<void> {
  if (tables.every(({ adopted }) => adopted === 0)) return;
  const counts = tables.map(({ name, adopted }) => ({ name, adopted }));
  const event = { action: 'data.adopted', entity: 'database', entityId: null, after: { tables: counts } };
  await recordFor(system, { by: OPERATOR, userId: SYSTEM_OWNER, ...event });
}

const TURN_MS = 25;

function stepper({ path }: ForeignFile, { onProgress, signal }: AdoptOptions): () => Promise<void> {
  let rows = 0;
  let last = performance.now();
  return async () => {
    rows += 1;
    if (performance.now() - last < TURN_MS) return;
    onProgress?.({ file: path, rows });
    await breathe();
    last = performance.now();
    signal?.throwIfAborted();
  };
}

/** An adopter sees the tables of its own system only. */
function sourceOf(file: ForeignFile, adopter: Adopter): LegacySource {
  const names = new Set(tablesOf(file, adopter).flatMap(({ name, refused }) => (refused === undefined ? [name] : [])));
  const own = (table: string): string => {
    if (names.has(table)) return table;
    throw new AdoptionSourceError(`${file.path} has no table ${table} of ${adopter.system}.`);
  };
  return {
    path: file.path,
    has: (table) => names.has(table),
    rows: (table, columns, options) => file.rows(own(table), columns, options) as Iterable<LegacyRow>,
    reader: (table, columns) => file.reader(own(table), columns) as (row: number) => LegacyRow | undefined,
  };
}
