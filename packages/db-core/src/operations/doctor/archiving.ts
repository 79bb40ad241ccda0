import type { Check } from './contract.ts';

const ARCHIVER = `select last_failed_wal as segment, last_failed_time as failed from pg_stat_archiver
  where current_setting('archive_mode') <> 'off' and last_failed_time > coalesce(last_archived_time, '-infinity')`;

/** Whether the log that is to be kept is really kept. */
export const archiving: Check = {
  name: 'archive of the log',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ rows }) =>
    (await rows(ARCHIVER)).map(({ segment }) => ({
      code: 'ARCHIVING_FAILS',
      severity: 'error' as const,
      subject: 'archive_command',
      message: `The log's segment ${String(segment)} could not be archived, and nothing after it.`,
      meaning: 'A restore to a moment since then is impossible, and the log stays on the disk until that is full.',
      remedy: "Read the server's log for what archive_command said, and mend it; the server tries again by itself.",
    })),
};
