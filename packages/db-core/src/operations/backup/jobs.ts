import { existsSync } from 'node:fs';
import * as z from 'zod';
import type { Database } from '../../database/database.ts';
import { SYSTEM_OWNER } from '../../database/user-id.ts';
import { ForbiddenError, MigrationLockedError } from '../../errors/index.ts';
import type { JobDefinition } from '../../jobs/definition.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { Schedules } from '../../jobs/schedules.ts';
import { readIdentity } from '../../platform/identity.ts';
import { BackupFailedError } from './errors.ts';
import { BackupHistory } from './history.ts';
import { pruneBackups } from './list.ts';
import { drillAndEnter, takeBackup, takeIncrement } from './take.ts';

/** As the systems had it that this replaces: every night, and a drill every week, in UTC; and what changed every quarter of an hour. */
const SCHEDULES = [
  { name: 'backup', kind: 'kernel.backup', expression: '0 2 * * *' },
  { name: 'backup-increment', kind: 'kernel.backup-increment', expression: '*/15 * * * *' },
  { name: 'restore-drill', kind: 'kernel.restore-drill', expression: '30 4 * * 0' },
];

const parameters = z.strictObject({});

/** Adds the kinds `kernel.backup`, `kernel.backup-increment` and `kernel.restore-drill`. */
export function defineBackupJobs(jobs: Jobs): void {
  jobs.define(backup(jobs.database));
  jobs.define(increment(jobs.database));
  jobs.define(drill(jobs.database));
}

/** Makes their schedules, where they aren't there yet. Whoever changes one or switches it off is left to it. */
export async function ensureBackupSchedules(jobs: Jobs): Promise<void> {
  const schedules = new Schedules(jobs);
  const { items } = await schedules.list(SYSTEM_OWNER, { limit: 500 });
  const known = new Set(items.map(({ name }) => name));
  for (const schedule of SCHEDULES) {
    // A program that brings its own jobs may have left these out.
    if (known.has(schedule.name) || !jobs.kinds.includes(schedule.kind)) continue;
    await schedules.set({ ...schedule, userId: SYSTEM_OWNER, parameters: {} });
  }
}

/** Makes a backup in the configured folder, reads it back, and removes those that are old. */
function backup(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.backup',
    parameters,
    maxAttempts: 3,
    run: async ({ userId, signal, progress }) => {
      assertSystem(userId, 'make backups');
      const { file, bytes, rows, durationMs } = await takeBackup(database, { signal });
      await progress(90, 'old backups');
      const { folder, keepMs } = database.config.backups;
      const databaseId = (await readIdentity(database))?.id ?? null;
      const removed = await pruneBackups(folder, { databaseId, keepMs });
      return { file, bytes, rows, durationMs, removed: removed.length };
    },
  };
}

/** Makes a backup of what has changed since the last one; a full one where that can't be. */
function increment(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.backup-increment',
    parameters,
    // The next one is soon.
    maxAttempts: 1,
    run: async ({ userId, signal }) => {
      assertSystem(userId, 'make backups');
      try {
        const { file, form, bytes, rows, durationMs, whyFull } = await takeIncrement(database, { signal });
        return { file, form, bytes, rows, durationMs, whyFull };
      } catch (error) {
        // A full one takes longer than that in a large database, and has what would have been in this one.
        if (error instanceof MigrationLockedError) return { skipped: error.message };
        throw error;
      }
    },
  };
}

/** Restores the last backup to a place of its own: whether it can be shows only when it is. */
function drill(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.restore-drill',
    parameters,
    maxAttempts: 2,
    run: async ({ userId, signal }) => {
      assertSystem(userId, 'restore backups');
      const { backup: last } = await new BackupHistory(database).standing();
      const file = last?.file ?? null;
      if (file === null || !existsSync(file))
        throw new BackupFailedError(
          last === null ? 'There is no backup to restore for a try.' : `The last backup, ${file}, is not there.`,
          { hint: 'Make one with `keelson backup`; the worker must see the folder that it is in.' },
        );
      return { file, rows: await drillAndEnter(database, file, signal) };
    },
  };
}

function assertSystem(userId: string, what: string): void {
  if (userId === SYSTEM_OWNER) return;
  throw new ForbiddenError(`Only jobs of ${SYSTEM_OWNER} ${what}.`, {
    hint: `Enqueue it with --user ${SYSTEM_OWNER}.`,
  });
}
