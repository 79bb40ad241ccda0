import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { SecretKeys } from '../../config/index.ts';
import { NotADatabaseError } from '../../errors/index.ts';
import type { BackupProgress } from './backup.ts';
import { BackupDamagedError, BackupUnknownError } from './errors.ts';
import { BackupReader, type Contents, parseJson } from './file.ts';
import { inWorkFolder } from './folder.ts';
import { listBackups } from './list.ts';
import { BLOCKS, INCREMENT_FORMAT, type IncrementHeader, type Manifest, rowsSchema } from './format.ts';
import { isPlainFile } from './plain.ts';
import { assertSound, soundCopy, sumsOfFile } from './sqlite-backup.ts';
import { differencesOf, TableSums } from './sums.ts';

export interface VerifyOptions {
  /** What encrypted backups are opened with: `config.secretKeys`. */
  readonly secretKeys?: SecretKeys | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

/** What a backup that was found whole says of itself. */
export interface VerifiedBackup {
  readonly file: string;
  /** Identifies it; null for a plain file. */
  readonly id: string | null;
  readonly form: 'backup' | 'plain' | 'increment';
  readonly engine: 'sqlite' | 'postgres';
  readonly takenAt: Date | null;
  readonly databaseId: string | null;
  readonly environment: string | null;
  readonly appVersion: string | null;
  readonly encrypted: boolean;
  readonly bytes: number;
  readonly contentBytes: number;
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[];
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly checksum: string }[];
}

/**
 * Reads a whole backup, and opens the database in it: every block as it was written, the database sound, every table with
 * its rows. It changes nothing but needs room for the database beside the backup. Of an increment it also looks whether it
 * fits what it goes on from, which isn't read itself.
 *
 * @throws BackupDamagedError, BackupKeyError, BackupUnknownError, DatabaseNotFoundError
 */
export async function verifyBackup(file: string, options: VerifyOptions = {}): Promise<VerifiedBackup> {
  const unpacked = await inWorkFolder(dirname(file), `verify-${process.pid}`, (place) =>
    unpackBackup(file, join(place, 'restored.db'), options),
  );
  if (unpacked.follows !== null) await assertParent(file, unpacked.follows.parent, options);
  return verifiedOf(unpacked);
}

/** Is what an increment goes on from in the same folder, as it was then? Its blocks are not read. */
async function assertParent(
  file: string,
  { id, digest }: IncrementHeader['parent'],
  { secretKeys }: VerifyOptions,
): Promise<void> {
  const parent = (await listBackups(dirname(file))).items.find((item) => item.id === id);
  if (parent === undefined)
    throw new BackupDamagedError(`${file} goes on from a backup that is not there: ${id}.`, {
      hint: 'It must be in the same folder. Without it this increment can not be restored.',
      details: { missing: id },
    });
  const reader = await BackupReader.open(parent.file);
  try {
    const contents = await reader.contents(secretKeys);
    if (contents.digest !== digest)
      throw new BackupDamagedError(`${file} goes on from ${parent.file}, and that is not as it was then.`);
  } finally {
    await reader.close();
  }
}

/** What others are told of it. */
export function verifiedOf(unpacked: Unpacked): VerifiedBackup {
  const { digest: _, follows: __, counts: ___, erased: ____, ...backup } = unpacked;
  return backup;
}

/** What a chain needs to know of its links besides. */
export interface Unpacked extends VerifiedBackup {
  /** Stands for the whole file; null for a plain one. */
  readonly digest: string | null;
  /** Of an increment: what it goes on from, and how many rows each table of the database had. */
  readonly follows: Pick<IncrementHeader, 'base' | 'parent'> | null;
  readonly counts: Readonly<NonNullable<Manifest['counts']>>;
  readonly erased: Readonly<NonNullable<Manifest['erased']>>;
}

interface UnpackOptions extends VerifyOptions {
  /** Leaves out what is looked at anyway once increments have been brought in. */
  readonly isBase?: boolean;
}

/** As {@link verifyBackup}; the database of a SQLite backup, or what has changed in it, is left in the file named. */
export async function unpackBackup(file: string, target: string, options: UnpackOptions): Promise<Unpacked> {
  if (await isPlainFile(file)) return unpackPlain(file, target, options);
  const reader = await BackupReader.open(file);
  try {
    const { header, bytes } = reader;
    const { manifest, digest } =
      header.engine === 'sqlite' ? await unpackFile(reader, target, options) : await readAll(reader, options);
    const isIncrement = header.format === INCREMENT_FORMAT;
    return {
      file,
      id: header.id,
      form: isIncrement ? 'increment' : 'backup',
      engine: header.engine,
      takenAt: new Date(header.takenAt),
      databaseId: header.databaseId,
      environment: header.environment,
      appVersion: header.appVersion,
      encrypted: header.keyId !== null,
      bytes,
      contentBytes: manifest.contentBytes,
      migrations: manifest.migrations,
      tables: manifest.tables,
      digest,
      follows: isIncrement ? header : null,
      counts: manifest.counts ?? [],
      erased: manifest.erased ?? [],
    };
  } finally {
    await reader.close();
  }
}

/** Which engine's database is in it, from its beginning. @throws as {@link verifyBackup} */
export async function engineOfBackup(file: string): Promise<'sqlite' | 'postgres'> {
  if (await isPlainFile(file)) return 'sqlite';
  const reader = await BackupReader.open(file);
  await reader.close();
  return reader.header.engine;
}

async function unpackPlain(file: string, target: string, options: VerifyOptions): Promise<Unpacked> {
  options.onProgress?.({ stage: 'unpacking' });
  try {
    await soundCopy(file, target, options.signal);
  } catch (cause) {
    if (cause instanceof NotADatabaseError) throw new BackupUnknownError(`${file} is no database.`, { cause });
    throw cause instanceof Error && cause.name === 'AbortError'
      ? cause
      : new BackupDamagedError(`${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
  }
  const description = await assertSound(target, options.signal);
  const tables = await sumsOfFile(target, options.signal);
  const { size } = await stat(file);
  return {
    file,
    id: null,
    form: 'plain',
    engine: 'sqlite',
    takenAt: null,
    databaseId: description.databaseId,
    environment: description.environment,
    appVersion: null,
    encrypted: false,
    bytes: size,
    contentBytes: size,
    migrations: description.migrations,
    tables,
    digest: null,
    follows: null,
    counts: [],
    erased: [],
  };
}

async function unpackFile(reader: BackupReader, target: string, options: UnpackOptions): Promise<Contents> {
  const { secretKeys, signal, onProgress, isBase = false } = options;
  const output = await open(target, 'wx', 0o600);
  let contents: Contents;
  try {
    const blocks = reader.blocks(secretKeys, signal);
    for (let next = await blocks.next(); ; next = await blocks.next()) {
      if (next.done === true) {
        contents = next.value;
        break;
      }
      if (next.value.kind !== BLOCKS.file) throw new BackupDamagedError('The backup holds what a SQLite one does not.');
      await output.appendFile(next.value.bytes);
      onProgress?.({ stage: 'unpacking', portion: reader.portion });
    }
    await output.sync();
  } finally {
    await output.close();
  }
  if (isBase) return contents;
  onProgress?.({ stage: 'verifying' });
  if (reader.header.format !== INCREMENT_FORMAT) await assertSound(target, signal);
  assertSame(contents.manifest, await sumsOfFile(target, signal));
  return contents;
}

async function readAll(reader: BackupReader, { secretKeys, signal, onProgress }: VerifyOptions): Promise<Contents> {
  const sums = new TableSums();
  const blocks = reader.blocks(secretKeys, signal);
  for (let next = await blocks.next(); ; next = await blocks.next()) {
    if (next.done === true) {
      for (const { name } of next.value.manifest.tables) sums.enter(name);
      assertSame(next.value.manifest, sums.result());
      return next.value;
    }
    if (next.value.kind !== BLOCKS.rows)
      throw new BackupDamagedError('The backup holds what a PostgreSQL one does not.');
    const { table, rows } = parseJson(rowsSchema, next.value.bytes);
    for (const row of rows) sums.add(table, row);
    onProgress?.({ stage: 'verifying', table, portion: reader.portion });
  }
}

function assertSame(manifest: Manifest, found: readonly Manifest['tables'][number][]): void {
  const differences = differencesOf(manifest.tables, found);
  if (differences.length > 0)
    throw new BackupDamagedError(`The backup doesn't hold what it says: ${differences.join('; ')}.`, {
      details: { differences },
    });
}
