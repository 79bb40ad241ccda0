import type { Check, Finding } from './contract.ts';

/** `archive_library` came with PostgreSQL 15. */
const ARCHIVER = `select last_failed_wal as segment, last_failed_time > coalesce(last_archived_time, '-infinity') as fails,
    current_setting('archive_command') = '' and coalesce(current_setting('archive_library', true), '') = '' as nowhere,
    current_setting('archive_timeout') = '0' as waits
  from pg_stat_archiver where current_setting('archive_mode') <> 'off'`;

/** Whether the log that is to be kept is really kept. */
export const archiving: Check = {
  name: 'archive of the log',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ rows }) =>
    (await rows(ARCHIVER)).flatMap(({ segment, fails, nowhere, waits }) => {
      const findings: Finding[] = [];
      if (nowhere === true)
        findings.push({
          code: 'ARCHIVING_NOWHERE',
          severity: 'error',
          subject: 'archive_command',
          message: 'archive_mode is on, and archive_command is empty.',
          meaning: 'Nothing is archived, and the log stays on the disk until that is full.',
          remedy:
            'Set archive_command as docs/recovery.md shows; SELECT pg_reload_conf(); the server catches up by itself.',
        });
      else if (fails === true)
        findings.push({
          code: 'ARCHIVING_FAILS',
          severity: 'error',
          subject: 'archive_command',
          message: `The log's segment ${String(segment)} could not be archived, and nothing after it.`,
          meaning: 'A restore to a moment since then is impossible, and the log stays on the disk until that is full.',
          remedy: "Read the server's log for what archive_command said, and mend it; the server tries again by itself.",
        });
      if (waits === true)
        findings.push({
          code: 'ARCHIVING_WAITS',
          severity: 'advice',
          subject: 'archive_timeout',
          message: 'archive_timeout is 0.',
          meaning:
            'While little is written, what was written last is archived hours later, and lost with the server until then.',
          remedy: "ALTER SYSTEM SET archive_timeout = '60s'; SELECT pg_reload_conf();",
        });
      return findings;
    }),
};
