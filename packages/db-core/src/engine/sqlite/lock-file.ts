import { hostname } from 'node:os';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { MigrationLockedError, UnwritableDatabaseError } from '../../errors/index.ts';

const holderSchema = z.object({ pid: z.number(), host: z.string(), since: z.string(), token: z.string() });
type Holder = z.infer<typeof holderSchema>;

const POLL_MS = 50;

/**
 * A named lock between the processes that use one file, kept as a file beside the database because it must outlast
 * single transactions. One that a dead process left is taken over.
 */
export async function withLockFile<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const own: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), token: randomUUID() };
  const deadline = performance.now() + waitMs;
  while (!tryTake(path, own)) {
    const holder = readHolder(path);
    if (holder !== undefined && isDead(holder)) {
      takeAway(path, holder);
      continue;
    }
    if (performance.now() >= deadline) {
      const who =
        holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
      throw new MigrationLockedError(`${who} holds the lock ${path}; waited ${waitMs} ms.`, {
        hint: `Wait for it to finish and run the command again. If no such process exists any more, remove ${path}.`,
        details: { ...holder },
      });
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    if (readHolder(path)?.token === own.token) rmSync(path, { force: true });
  }
}

function tryTake(path: string, own: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw new UnwritableDatabaseError(`The lock ${path} can't be written.`, { cause });
  }
}

/** Undefined while the file is just being written, or just gone. */
function readHolder(path: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function isDead(holder: Holder): boolean {
  if (holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Renaming is atomic, so of two that found the same dead holder only one removes it; a lock taken since goes back. */
function takeAway(path: string, dead: Holder): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // Another one was first.
  }
  if (readHolder(aside)?.token !== dead.token) renameSync(aside, path);
  else rmSync(aside, { force: true });
}
