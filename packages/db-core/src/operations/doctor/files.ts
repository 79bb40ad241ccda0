import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import type { Check, Finding } from './contract.ts';

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

/** The file, what SQLite and Keelson keep beside it, and its folder are for one user only. */
export const files: Check = {
  name: 'permissions',
  engine: 'sqlite',
  needs: 'nothing',
  run: ({ path }) => {
    // Windows has other ways of saying who may read a file.
    if (path === undefined || process.platform === 'win32') return [];
    return [...ofFiles(path), ...ofFolder(dirname(path))];
  },
};

/** The file and what belongs to it: SQLite's own, and the locks of the migrations. */
function besides(path: string): string[] {
  const folder = dirname(path);
  const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  const own = /^(?:-wal|-shm|-journal|-lock-.*)?$/;
  const name = basename(path);
  return (isThere ? readdirSync(folder) : [])
    .filter((each) => each.startsWith(name) && own.test(each.slice(name.length)))
    .map((each) => join(folder, each))
    .sort();
}

function ofFiles(path: string): Finding[] {
  const open = besides(path).flatMap((file) => {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
    return (mode & OTHERS) === 0 ? [] : [{ file, mode }];
  });
  if (open.length === 0) return [];
  const writable = open.some(({ mode }) => (mode & OTHERS_WRITE) !== 0);
  return [
    {
      code: 'FILE_PERMISSIONS',
      severity: 'error',
      subject: path,
      message: `Modes that are too wide: ${open.map(({ file, mode }) => `${file} ${octal(mode)}`).join(', ')}.`,
      meaning: `Other users of this machine can ${writable ? 'change' : 'read'} everybody's data.`,
      remedy: `chmod 600 ${open.map(({ file }) => `'${file}'`).join(' ')}`,
    },
  ];
}

function ofFolder(path: string): Finding[] {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || (mode & OTHERS) === 0) return [];
  const writable = (mode & OTHERS_WRITE) !== 0;
  return [
    {
      code: 'FOLDER_PERMISSIONS',
      severity: writable ? 'error' : 'warning',
      subject: path,
      message: `The folder ${path} has the mode ${octal(mode)}.`,
      meaning: writable
        ? 'Other users of this machine can put another file in the place of the database.'
        : 'Other users of this machine see which files there are, and can read what is made with a wider mode.',
      remedy: `chmod 700 '${path}', or move the database to a folder of its own.`,
    },
  ];
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
