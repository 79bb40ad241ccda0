import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import * as z from 'zod';
import { MigrationLockedError, UnwritableDatabaseError } from '../../errors/index.ts';
import { isBusy } from './errors.ts';

/** Who has the lock: for messages only. */
const holderSchema = z.object({ pid: z.number(), host: z.string(), since: z.string() });
type Holder = z.infer<typeof holderSchema>;

const POLL_MS = 50;

/**
 * A named lock between the processes that use one file. It must outlast single transactions, so it isn't the database's
 * own but that of an empty SQLite database beside it. The operating system takes it back when its holder dies, however
 * that happens; a process number in a file would say little, because containers give everybody the same one.
 */
export async function withLockFile<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const lock = openLock(path);
  const holderPath = `${path}-holder`;
  try {
    await take(lock, { path, holderPath, waitMs });
    try {
      return await work();
    } finally {
      rmSync(holderPath, { force: true });
    }
  } finally {
    lock.close();
  }
}

/** The file stays when the lock is given back: whoever waits has it open. */
function openLock(path: string): Database.Database {
  try {
    // Never opened here when it exists: closing it again would end this process's own lock on it.
    if (!existsSync(path)) closeSync(openSync(path, 'ax', 0o600));
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (!isThere) throw new UnwritableDatabaseError(`The lock ${path} can't be written.`, { cause });
  }
  try {
    return new Database(path, { timeout: 0 });
  } catch (cause) {
    throw new UnwritableDatabaseError(`The lock ${path} can't be opened.`, { cause });
  }
}

interface Taking {
  readonly path: string;
  readonly holderPath: string;
  readonly waitMs: number;
}

async function take(lock: Database.Database, { path, holderPath, waitMs }: Taking): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!tryTake(lock, path)) {
    if (performance.now() >= deadline) throw locked(path, readHolder(holderPath), waitMs);
    await sleep(POLL_MS);
  }
  leaveName(holderPath);
}

/** For whoever waits in vain. A full disk is no reason not to try. */
function leaveName(holderPath: string): void {
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    writeFileSync(holderPath, JSON.stringify(holder), { mode: 0o600 });
  } catch {
    // The lock is held without it.
  }
}

function tryTake(lock: Database.Database, path: string): boolean {
  try {
    lock.exec('BEGIN IMMEDIATE');
    return true;
  } catch (cause) {
    if (isBusy(cause)) return false;
    throw new UnwritableDatabaseError(`The lock ${path} can't be taken.`, { cause });
  }
}

function locked(path: string, holder: Holder | undefined, waitMs: number): MigrationLockedError {
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new MigrationLockedError(`The lock ${path} is held by ${who}; waited ${waitMs} ms for it.`, {
    hint: 'Wait for it to finish and run the command again. It gives the lock back when it ends, also when it is killed.',
    details: holder === undefined ? {} : { holder },
  });
}

/** Undefined while it is just being written, or couldn't be. */
function readHolder(holderPath: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(holderPath, 'utf8')));
  } catch {
    return undefined;
  }
}
