import { conversationsAdopter } from '@keelson/conversations';
import {
  adopt,
  type EngineKind,
  loadDatabaseConfig,
  openDatabase,
  restoreBackup,
  verifyBackup,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { fill, seen } from '../backup/content.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { refusalOf } from '../support/refusal.ts';
import { contentsOf, makeWrongFiles, type WrongFile } from './wrong-files.ts';

type Operation = 'restore' | 'verify' | 'adopt' | 'migrate';

interface Refusal {
  readonly code: string;
  readonly exitCode: number;
  /** What was found. */
  readonly message: RegExp;
  /** What to do. */
  readonly hint: RegExp;
}

const noBackup: Refusal = { code: 'BACKUP_UNKNOWN', exitCode: 2, message: /is no backup/, hint: /keelson backup/ };
const ofAnother: Refusal = { ...noBackup, message: /another program's/ };
const ofOtherEngine: Refusal = { ...noBackup, message: /of a SQLite database/, hint: /--url sqlite/ };
const isFolder: Refusal = { ...noBackup, message: /is a folder/ };
const damaged: Refusal = { code: 'BACKUP_DAMAGED', exitCode: 1, message: /ends before/, hint: /keelson backups list/ };
const noSource: Refusal = { code: 'ADOPTION_SOURCE', exitCode: 1, message: /not a SQLite database/, hint: /the path/ };
const noSystem: Refusal = { code: 'ADOPTION_SCHEMA', exitCode: 2, message: /Found: .*Known: /, hint: /these systems/ };
const ours: Refusal = { ...noSystem, message: /of this program already/, hint: /--url/ };
const noDatabase: Refusal = { code: 'NOT_A_DATABASE', exitCode: 1, message: /not a SQLite/, hint: /DATABASE_URL/ };
const foreign: Refusal = { code: 'FOREIGN_DATABASE', exitCode: 1, message: /Found: /, hint: /keelson adopt/ };
const missingBackup: Refusal = {
  code: 'DATABASE_NOT_FOUND',
  exitCode: 1,
  message: /can't be read/,
  hint: /backups list/,
};

/** What each says to each; what isn't named here is what it takes. */
const refusals: Readonly<Record<Operation, Partial<Readonly<Record<WrongFile, Refusal>>>>> = {
  restore: {
    missing: missingBackup,
    // A folder is where backups may lie.
    folder: { code: 'RESTORE_REFUSED', exitCode: 4, message: /no backup in/, hint: /keelson backups list/ },
    empty: noBackup,
    text: noBackup,
    'foreign database': ofAnother,
    'old database': ofAnother,
    'newer database': { code: 'NEWER_SCHEMA', exitCode: 5, message: /9000_later/, hint: /newer one/ },
    'damaged backup': damaged,
  },
  verify: {
    missing: missingBackup,
    folder: isFolder,
    empty: noBackup,
    text: noBackup,
    'foreign database': ofAnother,
    'old database': ofAnother,
    'damaged backup': damaged,
  },
  adopt: {
    missing: { ...noSource, message: /There is no file/ },
    folder: { ...noSource, message: /is not a file/ },
    empty: noSystem,
    text: noSource,
    'foreign database': noSystem,
    'own database': ours,
    'newer database': ours,
    backup: noSource,
    'damaged backup': noSource,
  },
  migrate: {
    missing: { code: 'DATABASE_NOT_FOUND', exitCode: 1, message: /no database at/, hint: /keelson init/ },
    folder: { code: 'UNWRITABLE_DATABASE', exitCode: 1, message: /can't be opened/, hint: /keelson status/ },
    text: noDatabase,
    'foreign database': foreign,
    'old database': foreign,
    'newer database': { code: 'NEWER_SCHEMA', exitCode: 5, message: /9000_later/, hint: /keelson status/ },
    backup: noDatabase,
    'damaged backup': noDatabase,
  },
};

/** A server is no place for the file of a SQLite database, whichever it is, and its own database is no file. */
function expectedOf(operation: Operation, engine: EngineKind): [WrongFile, Refusal][] {
  const entries = Object.entries(refusals[operation]) as [WrongFile, Refusal][];
  if (engine === 'sqlite' || operation !== 'restore') return entries;
  const others = entries.filter(([kind]) => !kind.endsWith('database') && kind !== 'damaged backup');
  const files: WrongFile[] = [
    'foreign database',
    'old database',
    'own database',
    'newer database',
    'backup',
    'damaged backup',
  ];
  return [...others, ...files.map((kind): [WrongFile, Refusal] => [kind, ofOtherEngine])];
}

/** SQLite's own files beside a database that was only read. */
function withoutTraces(contents: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(contents).filter(([name]) => !/\.db-(shm|wal)$/.test(name)));
}

describeEngines('a wrong file', (context) => {
  it.each<Operation>(context.engine === 'sqlite' ? ['restore', 'verify', 'adopt', 'migrate'] : ['restore', 'adopt'])(
    'is told by %s, with what to do, and nothing changes',
    async (operation) => {
      const folder = freshFolder();
      const wrong = await makeWrongFiles(folder);
      const url = await context.url();
      const setUp = openDatabase({ url, env: {} });
      await fill(setUp, 1);
      const before = await seen(setUp);
      await setUp.close();
      const run: Readonly<Record<Operation, (file: string) => Promise<unknown>>> = {
        restore: (file) => restoreBackup(file, { config: loadDatabaseConfig({ url, env: {} }) }),
        verify: verifyBackup,
        adopt: async (file) => {
          await using database = openDatabase({ url, env: {} });
          return await adopt(database, { files: [file], adopters: [conversationsAdopter] });
        },
        migrate: async (file) => {
          await using database = openDatabase({ url: `sqlite:///${file}`, env: {}, create: false });
          return await database.migrations.migrate();
        },
      };
      const files = withoutTraces(contentsOf(folder));
      for (const [kind, { code, exitCode, message, hint }] of expectedOf(operation, context.engine)) {
        const refusal = await refusalOf(run[operation](wrong[kind]));
        expect(refusal, kind).toMatchObject({
          code,
          exitCode,
          message: expect.stringMatching(message),
          hint: expect.stringMatching(hint),
        });
        expect(withoutTraces(contentsOf(folder)), kind).toEqual(files);
      }
      await using database = openDatabase({ url, env: {} });
      expect(await seen(database)).toEqual(before);
    },
  );
});
