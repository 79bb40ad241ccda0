import { readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import type { Check, Finding } from './contract.ts';

const holderSchema = z.object({ pid: z.number(), host: z.string(), since: z.coerce.date() });

/** Who has the lock of the migrations says so in a file, which stays behind when it is killed. */
export const staleLocks: Check = {
  name: 'stale locks',
  engine: 'sqlite',
  needs: 'nothing',
  run: ({ path, limits }) => {
    if (path === undefined) return [];
    const folder = dirname(path);
    const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
    return (isThere ? readdirSync(folder) : [])
      .filter((name) => name.startsWith(`${basename(path)}-lock-`) && name.endsWith('-holder'))
      .flatMap((name) => ofHolder(join(folder, name), limits.migrationMs));
  },
};

function ofHolder(path: string, longMs: number): Finding[] {
  const holder = holderOf(path);
  if (holder === undefined) return [];
  const { pid, host, since } = holder;
  const who = `process ${pid} on ${host} since ${since.toISOString()}`;
  if (host === hostname() && !lives(pid)) {
    return [
      {
        code: 'LOCK_STALE',
        severity: 'warning',
        subject: path,
        message: `${path} names ${who}, which is no more.`,
        meaning:
          'It was killed at its work. The lock itself went with it, so nobody is held up; a migration may be half done.',
        remedy: `Look at \`keelson status\`; then remove the file: rm '${path}'`,
      },
    ];
  }
  if (Date.now() - since.getTime() < longMs) return [];
  return [
    {
      code: 'LOCK_HELD',
      severity: 'warning',
      subject: path,
      message: `${path} names ${who}.`,
      meaning: 'Nobody else can migrate as long as it is at its work.',
      remedy: 'Look whether that process still works. When it is ended its lock ends with it.',
    },
  ];
}

function holderOf(path: string): z.output<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // It is just being written, or gone already.
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
