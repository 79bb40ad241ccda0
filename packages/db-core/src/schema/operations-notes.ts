import type { TableNotes } from './table-notes.ts';

/** What the tables of operations are for; see {@link TABLE_NOTES}. */
export const OPERATIONS_NOTES: Readonly<Record<string, TableNotes>> = {
  backups: {
    purpose: 'Backups that were made, and drills: backups that were restored for a try. Old ones are removed.',
    columns: {
      kind: 'A backup, or a drill.',
      base_file: 'Of an increment: the full backup that its chain begins with. Null for a full one.',
      file: 'Where the backup is. Null where it failed before it had a place.',
      result: 'Whole: it was read back, or restored. Failed: there is none, or it could not be restored.',
      error: 'Why it failed.',
      bytes: 'Size of the file.',
      content_bytes: 'Size of what is in it.',
      row_count: 'Rows in all of its tables.',
      is_encrypted: 'Was there a key to encrypt it with?',
      started_at: 'When it began: a backup holds what was committed until then.',
      duration_ms: 'How long it took, with reading it back.',
      verified_at: 'When it was read back, or restored.',
    },
    indexes: {
      backups_by_result: 'The last one that was whole.',
      backups_by_time: 'The history, newest first, and what of it is old.',
    },
  },
  alerts: {
    purpose:
      'What is wrong with the database and what was, one row from its beginning to its end. Old ones are removed.',
    columns: {
      rule: 'Which rule of docs/alerts.md.',
      subject: 'What it concerns, where a rule can be true of several things: a disk, a consumer. Otherwise empty.',
      severity: 'How urgent it is.',
      message: 'What was found, with its figures, when it was looked at last.',
      fired_at: 'When it began.',
      seen_at: 'When it was looked at last.',
      resolved_at: 'When it ended; null while it lasts.',
      firing_told_at: 'When the webhook was told that it began; null: not yet, or there is none.',
      resolved_told_at: 'When the webhook was told that it ended.',
    },
    indexes: {
      alerts_firing_key: 'One at a time of each rule and subject, and what lasts.',
      alerts_resolved: 'What ended a short while ago, and long ago.',
    },
  },
  alert_watch: {
    purpose: 'One row that tells when the rules of alerts were looked at last, so that one process does it at a time.',
    columns: { singleton: 'Always 1, so that there is one row only.', evaluated_at: 'When somebody began to.' },
    indexes: {},
  },
  readiness_samples: {
    purpose: 'How near the database is to where SQLite ends, hour by hour: for `keelson readiness`.',
    columns: {
      taken_at: 'When it was measured.',
      size_bytes: 'The size of the database.',
      active_users: 'Owners whose rows changed and people who were signed in, within the hour before.',
      lock_tries: 'How often it tried to take the turn to write; never on PostgreSQL.',
      lock_failures: 'How often that was taken.',
      writes_per_second: 'In the busiest minute of the hour before.',
    },
    indexes: { readiness_samples_by_time: 'Those of the last days, and those that are let go.' },
  },
};
