// Made by `keelson create-migration`; the order of the names is the order in which they run.
import type { Migration } from '../src/schema/migration.ts';
import { migration as m0001 } from './0001_kernel.ts';
import { migration as m0002 } from './0002_conversations.ts';
import { migration as m0003 } from './0003_changes.ts';
import { migration as m0004 } from './0004_jobs.ts';
import { migration as m0005 } from './0005_records.ts';
import { migration as m0006 } from './0006_row_security.ts';
import { migration as m0007 } from './0007_accounts.ts';
import { migration as m0008 } from './0008_vectors.ts';
import { migration as m0009 } from './0009_search.ts';
import { migration as m0010 } from './0010_readiness.ts';
import { migration as m0011 } from './0011_care.ts';
import { migration as m0012 } from './0012_backups.ts';
import { migration as m0013 } from './0013_message_branches.ts';
import { migration as m0014 } from './0014_alerts.ts';
import { migration as m0015 } from './0015_increments.ts';
import { migration as m0016 } from './0016_checkpoints.ts';
import { migration as m0017 } from './0017_embedding_marks.ts';
import { migration as m0018 } from './0018_cold_storage.ts';
import { migration as m0019 } from './0019_checkpoints_as_text.ts';

/** Keelson's own migrations. */
export const migrations: readonly Migration[] = [
  m0001,
  m0002,
  m0003,
  m0004,
  m0005,
  m0006,
  m0007,
  m0008,
  m0009,
  m0010,
  m0011,
  m0012,
  m0013,
  m0014,
  m0015,
  m0016,
  m0017,
  m0018,
  m0019,
];
