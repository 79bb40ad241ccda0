import { count } from './kinds.ts';

export const care = 'What is kept for how long';

/** How long rows are kept; what the change feed does about it itself, and jobs by rules. */
export const retentionSettings = {
  CHANGES_RETENTION_HOURS: count({
    section: care,
    initial: '168',
    min: 1,
    max: 87_600,
    meaning:
      'How long the change feed keeps its entries. Whoever reads it less often than that has to read everything anew; an incremental backup is then a full one.',
  }),
  CHANGES_RETENTION_ROWS: count({
    section: care,
    initial: '5000000',
    min: 1000,
    max: 1_000_000_000,
    meaning: 'How many entries the change feed keeps at most, however young they are.',
  }),
  JOBS_RETENTION_DAYS: count({
    section: care,
    initial: '30',
    min: 1,
    max: 36_500,
    zero: 'for ever',
    meaning: 'How long jobs that have ended are kept, with their log lines. A worker removes them, once a night.',
  }),

  RETENTION_ARCHIVE_DAYS: count({
    section: care,
    initial: '730',
    min: 1,
    max: 36_500,
    zero: 'never',
    meaning:
      'What nobody has used for so long is put away: conversations become archived. Two years, as in the systems that this replaces.',
  }),
  RETENTION_COLD_DAYS: count({
    section: care,
    initial: '0',
    min: 1,
    max: 36_500,
    zero: 'never',
    meaning:
      'What is archived or closed and has not been used for so long goes into cold storage: the messages of conversations, packed until somebody needs them.',
  }),
  RETENTION_ARCHIVED_DAYS: count({
    section: care,
    initial: '0',
    min: 1,
    max: 36_500,
    zero: 'never',
    meaning: 'What was archived and has not been used for so long is erased for good: conversations.',
  }),
  RETENTION_CLOSED_DAYS: count({
    section: care,
    initial: '0',
    min: 1,
    max: 36_500,
    zero: 'never',
    meaning: 'What was closed and has not been used for so long is erased for good: conversations.',
  }),
  RETENTION_DELETED_DAYS: count({
    section: care,
    initial: '0',
    min: 1,
    max: 36_500,
    zero: 'never',
    meaning:
      'What was deleted so long ago is erased for good: conversations. Until then only lists of deleted ones show it.',
  }),
  RETENTION_LOG_DAYS: count({
    section: care,
    initial: '30',
    min: 1,
    max: 36_500,
    zero: 'for ever',
    meaning: 'How long log lines are kept in the database.',
  }),
  RETENTION_LOG_ROWS: count({
    section: care,
    initial: '1000000',
    min: 1000,
    max: 1_000_000_000,
    meaning: 'How many log lines are kept in the database at most, however young they are.',
  }),
};
