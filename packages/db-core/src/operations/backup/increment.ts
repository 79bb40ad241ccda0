import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assertReachable, decodePosition, type Position } from '../../changes/position.ts';
import { type Database, engineOf } from '../../database/database.ts';
import { newId } from '../../database/ids.ts';
import { KeelsonError, ResyncRequiredError } from '../../errors/index.ts';
import { readIdentity } from '../../platform/identity.ts';
import { packageVersion } from '../../version.ts';
import {
  type Backup,
  type BackupOptions,
  keyFor,
  nameOf,
  positionOf,
  rowsIn,
  WAIT_MS,
  type Writing,
  writing,
} from './backup.ts';
import { type Chain, wayTo } from './chain.ts';
import { RestoreRefusedError } from './errors.ts';
import { BackupReader, type Contents } from './file.ts';
import { inWorkFolder } from './folder.ts';
import { type BackupHeader, INCREMENT_FORMAT, type IncrementHeader, type Manifest, type TableParts } from './format.ts';
import { listBackups } from './list.ts';
import { stateOf, writeChanges } from './postgres-increment.ts';
import { beginSnapshot } from './postgres-rows.ts';
import { sumsOfFile, writeFile } from './sqlite-backup.ts';
import { copyIncrement } from './sqlite-increment.ts';

export type IncrementOptions = Pick<BackupOptions, 'folder' | 'encrypt' | 'signal' | 'onProgress'>;

/** Why there can be no increment: a full backup is to be made. */
export class NoIncrement {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** A day of increments every minute and more; a restore reads all of them. */
const MOST_LINKS = 2000;

/**
 * Makes a backup of what has changed since the last one in the folder, full or not, while the database is in use: rows that
 * changed as they are now, all as of one moment, and which are gone. Gives {@link NoIncrement} where it can't go on from
 * there.
 *
 * @throws as `backupDatabase`
 */
export async function backupIncrement(
  database: Database,
  options: IncrementOptions = {},
): Promise<Backup | NoIncrement> {
  await database.connect();
  const started = performance.now();
  const folder = options.folder ?? database.config.backups.folder;
  const keyId = keyFor(database, options.encrypt);
  return await engineOf(database).withLock('backup', WAIT_MS, async () => {
    const identity = await readIdentity(database);
    const takenAt = new Date();
    const feedPosition = await positionOf(database);
    if (feedPosition === null) return new NoIncrement('Migrations are pending.');
    if (identity === undefined) return new NoIncrement('The database has no identity: `keelson init` gives it one.');
    try {
      const parent = await parentIn(folder, identity.id, database);
      const header: IncrementHeader = {
        format: INCREMENT_FORMAT,
        id: newId(),
        engine: database.config.target.engine,
        databaseId: identity.id,
        environment: identity.environment,
        takenAt: takenAt.toISOString(),
        appVersion: packageVersion,
        keyId,
        base: parent.base,
        parent: { id: parent.header.id, digest: parent.digest },
        number: parent.files.length,
      };
      const file = join(folder, nameOf(header));
      const work: Work = { header, file, feedPosition, parent, signal: options.signal, options };
      const made = await inWorkFolder(folder, `backup-${identity.id}`, (place) =>
        database.config.target.engine === 'sqlite'
          ? incrementOfFile(database, database.config.target.path, place, work)
          : incrementOfServer(database, place, work),
      );
      const durationMs = Math.round(performance.now() - started);
      const [base] = parent.files;
      return { file, takenAt, form: 'increment', base, encrypted: keyId !== null, ...made, durationMs } as const;
    } catch (error) {
      if (error instanceof Impossible) return new NoIncrement(error.message);
      throw error;
    }
  });
}

/** Ends the work on an increment, and nothing else. */
class Impossible extends Error {}

interface Parent {
  readonly header: BackupHeader;
  readonly base: IncrementHeader['base'];
  readonly digest: string;
  readonly migrations: Manifest['migrations'];
  readonly position: Position;
  readonly parts: readonly TableParts[];
  readonly files: Chain;
}

/** The newest backup of the database, if it can be gone on from. */
async function parentIn(folder: string, databaseId: string, database: Database): Promise<Parent> {
  const { items } = await listBackups(folder);
  const own = items.filter((item) => item.databaseId === databaseId && item.engine === database.config.target.engine);
  const [newest] = own;
  if (newest === undefined) throw new Impossible(`There is no backup to go on from in ${folder}.`);
  const name = basename(newest.file);
  let files: Chain;
  let contents: Contents;
  const reader = await BackupReader.open(newest.file);
  try {
    files = wayTo(newest, own);
    contents = await reader.contents(database.config.secretKeys);
  } catch (error) {
    if (error instanceof RestoreRefusedError) throw new Impossible(error.message);
    if (error instanceof KeelsonError)
      throw new Impossible(`The last backup, ${name}, can't be read: ${error.message}`);
    throw error;
  } finally {
    await reader.close();
  }
  if (files.length > MOST_LINKS)
    throw new Impossible(`There are ${files.length - 1} increments since the last full one.`);
  const { header } = reader;
  const { feedPosition, untracked: parts, migrations } = contents.manifest;
  if (feedPosition === null || parts === undefined)
    throw new Impossible(`The last backup, ${name}, was made by a version or of a database without increments.`);
  const base = header.format === INCREMENT_FORMAT ? header.base : { id: header.id, takenAt: header.takenAt };
  return { header, base, digest: contents.digest, migrations, position: decodePosition(feedPosition), parts, files };
}

interface Work extends Writing {
  readonly header: IncrementHeader;
  readonly feedPosition: string;
  readonly parent: Parent;
  readonly options: IncrementOptions;
}

type Made = Pick<Backup, 'bytes' | 'contentBytes' | 'rows' | 'tables'>;

interface State {
  readonly epoch: string;
  readonly pruned: number;
  readonly migrations: Readonly<Manifest['migrations']>;
}

/** Does the feed have everything from the parent to this moment, of the same tables? */
function assertFollows({ parent, feedPosition }: Work, state: State): void {
  try {
    for (const { epoch, floor } of [parent.position, decodePosition(feedPosition)])
      assertReachable({ epoch, floor }, state);
  } catch (error) {
    if (!(error instanceof ResyncRequiredError)) throw error;
    throw new Impossible(
      error.details['reason'] === 'epoch'
        ? 'The database was restored or moved since the last backup.'
        : 'The change feed no longer has what changed since the last backup (CHANGES_RETENTION_HOURS, CHANGES_RETENTION_ROWS).',
    );
  }
  if (JSON.stringify(state.migrations) !== JSON.stringify(parent.migrations))
    throw new Impossible('Migrations were run or undone since the last backup.');
}

async function incrementOfFile(database: Database, source: string, place: string, work: Work): Promise<Made> {
  const { header, feedPosition, parent, options } = work;
  const { signal, onProgress } = options;
  const target = join(place, 'changes.db');
  onProgress?.({ stage: 'copying' });
  const { position, parts } = parent;
  const copied = await copyIncrement(database, { source, target, after: position.floor, before: parts, signal });
  assertFollows(work, copied);
  const tables = await sumsOfFile(target, signal);
  const { size: contentBytes } = await stat(target);
  const bytes = await writing(database, place, work, async (writer) => {
    await writeFile(target, writer, { signal, onPortion: (portion) => onProgress?.({ stage: 'writing', portion }) });
    return {
      header,
      feedPosition,
      migrations: [...copied.migrations],
      tables: [...tables],
      untracked: [...copied.parts],
      erased: [...copied.erased],
      counts: [...copied.counts],
      sequences: [],
      omitted: [],
      contentBytes,
    };
  });
  return { bytes, contentBytes, rows: rowsIn(tables), tables: tables.length };
}

async function incrementOfServer(database: Database, place: string, work: Work): Promise<Made> {
  const { header, feedPosition, parent, options } = work;
  const { signal, onProgress } = options;
  const engine = engineOf(database);
  const snapshot = await beginSnapshot(engine);
  try {
    const state = await stateOf(engine, snapshot);
    assertFollows(work, state);
    let figures: Omit<Made, 'bytes'> | undefined;
    const bytes = await writing(database, place, work, async (writer) => {
      const written = await writeChanges(engine, snapshot, writer, {
        after: parent.position,
        before: parent.parts,
        onTable: (table) => onProgress?.({ stage: 'writing', table }),
        signal,
      });
      const { contentBytes, tables } = written;
      figures = { contentBytes, rows: rowsIn(tables), tables: tables.length };
      return { header, feedPosition, migrations: state.migrations, omitted: [], ...written };
    });
    return { bytes, contentBytes: 0, rows: 0, tables: 0, ...figures };
  } finally {
    await snapshot.rollback();
  }
}
