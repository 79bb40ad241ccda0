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
    return [...besides(path).flatMap(ofFile), ...ofFolder(dirname(path))];
  },
};

function besides(path: string): string[] {
  const name = basename(path);
  const own = new RegExp(String.raw`^(?:-wal|-shm|-journal|-lock-.*)?$`);
  const folder = dirname(path);
  const names = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : [];
  return names
    .filter((each) => each.startsWith(name) && own.test(each.slice(name.length)))
    .map((each) => join(folder, each));
}

function ofFile(path: string): Finding[] {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || (mode & OTHERS) === 0) return [];
  return [
    {
      code: 'FILE_PERMISSIONS',
      severity: 'error',
      subject: path,
      message: `${path} has the mode ${octal(mode)}.`,
      meaning: `Other users of this machine can ${(mode & OTHERS_WRITE) === 0 ? 'read' : 'change'} everybody's data.`,
      remedy: `chmod 600 '${path}'`,
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
