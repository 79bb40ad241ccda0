import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import process from 'node:process';

/** Somebody who holds a lock on a file. */
export interface Holder {
  readonly pid: number;
  /** The program's name, without its arguments, which may hold passwords. */
  readonly program: string;
  readonly writes: boolean;
}

/** The byte of the -shm file that whoever writes has locked, and the first one of those who read. */
const WRITE_BYTE = 120;
const READ_BYTES = 123;

/** Who writes to, and who reads from, a SQLite file in WAL mode. Only Linux tells; elsewhere nobody is named. */
export function holdersOf(path: string): Holder[] {
  return [...locksOn(`${path}-shm`), ...locksOn(path).map((lock) => ({ ...lock, first: WRITE_BYTE }))]
    .filter(({ pid, first }) => pid !== process.pid && (first === WRITE_BYTE || first >= READ_BYTES))
    .map(({ pid, first }) => ({ pid, program: programOf(pid), writes: first === WRITE_BYTE }));
}

export function inWords(holders: readonly Holder[]): string {
  const names = new Set(holders.map(({ pid, program }) => `process ${pid} (${program})`));
  return names.size === 0 ? 'another process' : [...names].join(', ');
}

interface Lock {
  readonly pid: number;
  readonly first: number;
}

const LINE = /^\d+: +\S+ +\S+ +(?<kind>READ|WRITE) +(?<pid>\d+) +\S+:(?<inode>\d+) +(?<first>\d+) /;

function locksOn(file: string): Lock[] {
  const inode = statSync(file, { throwIfNoEntry: false })?.ino;
  if (process.platform !== 'linux' || inode === undefined) return [];
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const found = LINE.exec(line)?.groups;
      if (found === undefined || Number(found['inode']) !== inode) return [];
      const pid = Number(found['pid']);
      // Another file system may have a file of the same number.
      return hasOpen(pid, file) ? [{ pid, first: Number(found['first']) }] : [];
    });
}

/** True also where this user may not look. */
function hasOpen(pid: number, file: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((descriptor) => linkOf(`${folder}/${descriptor}`) === file);
  } catch {
    return true;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
