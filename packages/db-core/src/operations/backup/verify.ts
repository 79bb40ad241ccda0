import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { SecretKeys } from '../../config/index.ts';
import { NotADatabaseError } from '../../errors/index.ts';
import type { BackupProgress } from './backup.ts';
import { BackupDamagedError, BackupUnknownError } from './errors.ts';
import { BackupReader, parseJson } from './file.ts';
import { inWorkFolder } from './folder.ts';
import { BLOCKS, type Manifest, rowsSchema } from './format.ts';
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
  readonly form: 'backup' | 'plain';
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
 * its rows. It changes nothing but needs room for the database beside the backup.
 *
 * @throws BackupDamagedError, BackupKeyError, BackupUnknownError, DatabaseNotFoundError
 */
export function verifyBackup(file: string, options: VerifyOptions = {}): Promise<VerifiedBackup> {
  return inWorkFolder(dirname(file), `verify-${process.pid}`, (place) =>
    unpackBackup(file, join(place, 'restored.db'), options),
  );
}

/** As {@link verifyBackup}; the database of a SQLite backup is left in the file named. */
export async function unpackBackup(file: string, target: string, options: VerifyOptions): Promise<VerifiedBackup> {
  if (await isPlainFile(file)) return unpackPlain(file, target, options);
  const reader = await BackupReader.open(file);
  try {
    const { header, bytes } = reader;
    const manifest =
      header.engine === 'sqlite' ? await unpackFile(reader, target, options) : await readAll(reader, options);
    return {
      file,
      form: 'backup',
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
    };
  } finally {
    await reader.close();
  }
}

const SQLITE_MAGIC = 'SQLite format 3\0';

/** Which engine's database is in it, from its beginning. @throws as {@link verifyBackup} */
export async function engineOfBackup(file: string): Promise<'sqlite' | 'postgres'> {
  if (await isPlainFile(file)) return 'sqlite';
  const reader = await BackupReader.open(file);
  await reader.close();
  return reader.header.engine;
}

async function isPlainFile(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    if ((await file.stat()).isDirectory()) throw new BackupUnknownError(`${path} is a folder.`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE_MAGIC.length), 0, SQLITE_MAGIC.length, 0);
    return buffer.subarray(0, bytesRead).toString('latin1') === SQLITE_MAGIC;
  } finally {
    await file.close();
  }
}

async function unpackPlain(file: string, target: string, options: VerifyOptions): Promise<VerifiedBackup> {
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
  };
}

async function unpackFile(reader: BackupReader, target: string, options: VerifyOptions): Promise<Manifest> {
  const { secretKeys, signal, onProgress } = options;
  const output = await open(target, 'wx', 0o600);
  let manifest: Manifest;
  try {
    const blocks = reader.blocks(secretKeys, signal);
    for (let next = await blocks.next(); ; next = await blocks.next()) {
      if (next.done === true) {
        manifest = next.value;
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
  onProgress?.({ stage: 'verifying' });
  await assertSound(target, signal);
  assertSame(manifest, await sumsOfFile(target, signal));
  return manifest;
}

async function readAll(reader: BackupReader, { secretKeys, signal, onProgress }: VerifyOptions): Promise<Manifest> {
  const sums = new TableSums();
  const blocks = reader.blocks(secretKeys, signal);
  for (let next = await blocks.next(); ; next = await blocks.next()) {
    if (next.done === true) {
      for (const { name } of next.value.tables) sums.enter(name);
      assertSame(next.value, sums.result());
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
