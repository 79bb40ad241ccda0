import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Database, engineOf } from '../../database/database.ts';
import { newId } from '../../database/ids.ts';
import type { Engine } from '../../engine/contract.ts';
import { describeFile } from '../../engine/sqlite/copy.ts';
import { readIdentity } from '../../platform/identity.ts';
import { SecretKeyMissingError } from '../../platform/errors.ts';
import { packageVersion } from '../../version.ts';
import { BackupFailedError } from './errors.ts';
import { BackupWriter } from './file.ts';
import { inWorkFolder, putInPlace, timeInName } from './folder.ts';
import { type BackupHeader, FILE_ENDING, FORMAT, type Manifest } from './format.ts';
import { writeSnapshot } from './postgres-backup.ts';
import { keyIdOf } from './seal.ts';
import { soundCopy, sumsOfFile, writeFile } from './sqlite-backup.ts';
import { partsOfCopy, trackedTables } from './sqlite-increment.ts';

/** What long work is at. */
export interface BackupProgress {
  readonly stage: 'copying' | 'checking' | 'writing' | 'verifying' | 'unpacking' | 'loading' | 'swapping';
  /** The table, where it is at one. */
  readonly table?: string;
  /** 0 to 1, where it is known. */
  readonly portion?: number;
}

export interface BackupOptions {
  /** Where to put it, under a name with its time; made if need be. Default: the configuration's. */
  readonly folder?: string;
  /** The whole path instead. One that ends in `.db` gives a plain SQLite file, which any SQLite program opens. */
  readonly path?: string;
  /** Default: where a key is configured. */
  readonly encrypt?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BackupProgress) => void;
}

export interface Backup {
  readonly file: string;
  /** As it is: everything that was committed before it. */
  readonly takenAt: Date;
  /** `plain` is a SQLite file; an `increment` needs those that it goes on from. */
  readonly form: 'backup' | 'plain' | 'increment';
  /** Of an increment: the file of the full backup that its chain begins with. */
  readonly base: string | null;
  readonly encrypted: boolean;
  readonly bytes: number;
  readonly contentBytes: number;
  readonly rows: number;
  readonly tables: number;
  readonly durationMs: number;
}

/** A backup that somebody else is making gets this long to end. */
export const WAIT_MS = 30_000;

/**
 * Makes a backup while the database is in use: all that was committed when it began, nothing that wasn't, as of one moment.
 * Readers and writers don't wait for it. It is there when it is whole; what is interrupted leaves nothing.
 *
 * @throws BackupFailedError, DiskFullError, MigrationLockedError while another process makes one
 * @example
 * ```ts
 * const { file, bytes } = await backupDatabase(database, { folder: '/srv/backups' });
 * ```
 */
export async function backupDatabase(database: Database, options: BackupOptions = {}): Promise<Backup> {
  const { path, signal } = options;
  await database.connect();
  const { target } = database.config;
  const form = path?.endsWith('.db') === true ? 'plain' : 'backup';
  if (form === 'plain' && target.engine !== 'sqlite')
    throw new BackupFailedError('A plain SQLite file can only be made of a SQLite database.', {
      hint: `Give a path that ends in ${FILE_ENDING}.`,
    });
  if (form === 'plain' && options.encrypt === true)
    throw new BackupFailedError('A plain SQLite file is not encrypted.', {
      hint: `Give a path that ends in ${FILE_ENDING}.`,
    });
  const keyId = form === 'backup' ? keyFor(database, options.encrypt) : null;

  const started = performance.now();
  const engine = engineOf(database);
  const identity = await readIdentity(database);
  const takenAt = new Date();
  const header: BackupHeader = {
    format: FORMAT,
    id: newId(),
    engine: target.engine,
    databaseId: identity?.id ?? null,
    environment: identity?.environment ?? null,
    takenAt: takenAt.toISOString(),
    appVersion: packageVersion,
    keyId,
  };
  const folder = options.folder ?? database.config.backups.folder;
  const file = path ?? join(folder, nameOf(header));
  if (existsSync(file))
    throw new BackupFailedError(`${file} is there already.`, { hint: 'Give another path, or remove the file.' });
  const feedPosition = await positionOf(database);

  const work = { engine, header, feedPosition, file, form, options, signal } as const;
  const made = await engine.withLock('backup', WAIT_MS, () =>
    inWorkFolder(dirname(file), `backup-${header.databaseId ?? 'unknown'}`, (place) =>
      target.engine === 'sqlite' ? backUpFile(database, target.path, place, work) : backUpServer(database, place, work),
    ),
  );
  signal?.throwIfAborted();
  return {
    file,
    takenAt,
    form,
    base: null,
    encrypted: keyId !== null,
    ...made,
    durationMs: Math.round(performance.now() - started),
  };
}

/** Which key encrypts a backup; null where none does. @throws SecretKeyMissingError */
export function keyFor({ config: { secretKeys } }: Database, encrypt = secretKeys !== undefined): string | null {
  if (!encrypt) return null;
  if (secretKeys !== undefined) return keyIdOf(secretKeys.current);
  throw new SecretKeyMissingError('There is no key to encrypt backups with: KEELSON_SECRET_KEY is not set.');
}

export function nameOf({ takenAt, id, format }: BackupHeader): string {
  return `keelson-${timeInName(new Date(takenAt))}-${id.slice(-6)}${format === FORMAT ? '' : '.increment'}${FILE_ENDING}`;
}

/** What a backup's file is written with. */
export interface Writing {
  readonly header: BackupHeader;
  readonly file: string;
  readonly signal?: AbortSignal | undefined;
}

interface Work extends Writing {
  readonly engine: Engine;
  readonly feedPosition: string | null;
  readonly form: 'backup' | 'plain';
  readonly options: BackupOptions;
}

type Made = Pick<Backup, 'bytes' | 'contentBytes' | 'rows' | 'tables'>;

async function backUpFile(database: Database, source: string, place: string, work: Work): Promise<Made> {
  const { header, feedPosition, file, form, options } = work;
  const { signal, onProgress } = options;
  const copy = join(place, 'copy.db');
  onProgress?.({ stage: 'copying' });
  await soundCopy(source, copy, signal);
  const description = describeFile(copy);
  if (description === undefined) throw nothingThere();
  onProgress?.({ stage: 'checking' });
  const tables = await sumsOfFile(copy, signal);
  const { size: contentBytes } = await stat(copy);
  const figures = { contentBytes, rows: rowsIn(tables), tables: tables.length };
  if (form === 'plain') {
    signal?.throwIfAborted();
    await putInPlace(copy, file);
    return { ...figures, bytes: contentBytes };
  }
  const bytes = await writing(database, place, work, async (writer) => {
    await writeFile(copy, writer, { signal, onPortion: (portion) => onProgress?.({ stage: 'writing', portion }) });
    return {
      header,
      feedPosition,
      migrations: description.migrations.map(({ name, checksum }) => ({ name, checksum })),
      tables: [...tables],
      ...(feedPosition === null
        ? {}
        : { untracked: [...(await partsOfCopy(copy, await trackedTables(work.engine), signal))] }),
      sequences: [],
      omitted: [],
      contentBytes,
    };
  });
  return { ...figures, bytes };
}

async function backUpServer(database: Database, place: string, work: Work): Promise<Made> {
  const { engine, header, feedPosition, options } = work;
  const { signal, onProgress } = options;
  if ((await database.migrations.status()).fresh) throw nothingThere();
  let figures: Omit<Made, 'bytes'> | undefined;
  const bytes = await writing(database, place, work, async (writer) => {
    const onTable = (table: string): void => onProgress?.({ stage: 'writing', table });
    const written = await writeSnapshot(engine, writer, { signal, onTable, isFollowed: feedPosition !== null });
    const { contentBytes, tables } = written;
    figures = { contentBytes, rows: rowsIn(tables), tables: tables.length };
    return { header, feedPosition, ...written };
  });
  if (figures === undefined) throw nothingThere();
  return { ...figures, bytes };
}

/** Writes a backup's file beside its place, and puts it there when it is whole. */
export async function writing(
  database: Database,
  place: string,
  { header, file, signal }: Writing,
  write: (writer: BackupWriter) => Promise<Manifest>,
): Promise<number> {
  const path = join(place, basename(file));
  const writer = await BackupWriter.create(path, header, database.config.secretKeys);
  let bytes: number;
  try {
    bytes = await writer.finish(await write(writer));
  } finally {
    await writer.close();
  }
  signal?.throwIfAborted();
  await putInPlace(path, file);
  return bytes;
}

export function rowsIn(tables: readonly { readonly rows: number }[]): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

function nothingThere(): BackupFailedError {
  return new BackupFailedError('There is nothing to back up: the database has no tables yet.', {
    hint: 'Run `keelson init`, or give the URL of another database.',
  });
}

/** Null for a database that isn't ready for use: before its migrations are run. */
export async function positionOf(database: Database): Promise<string | null> {
  const { pending, drifted, newer } = await database.migrations.status();
  return pending.length + drifted.length + newer.length > 0 ? null : database.changes.position();
}
