import { defineSystemQuery } from '../../database/query.ts';
import type { BackupKind, BackupResult } from '../../schema/enumerations.ts';

const columns = [
  'id',
  'kind',
  'file',
  'base_file',
  'result',
  'error',
  'bytes',
  'content_bytes',
  'row_count',
  'is_encrypted',
  'started_at',
  'duration_ms',
  'verified_at',
] as const;

export interface NewRun {
  readonly id: string;
  readonly kind: BackupKind;
  readonly file: string | null;
  readonly baseFile: string | null;
  readonly result: BackupResult;
  readonly error: string | null;
  readonly bytes: number | null;
  readonly contentBytes: number | null;
  readonly rows: number | null;
  readonly encrypted: boolean | null;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly verifiedAt: Date | null;
}

export const insert = defineSystemQuery('backups.insert', (db, p: NewRun) =>
  db.insertInto('backups').values({
    id: p.id,
    kind: p.kind,
    file: p.file,
    base_file: p.baseFile,
    result: p.result,
    error: p.error,
    bytes: p.bytes,
    content_bytes: p.contentBytes,
    row_count: p.rows,
    is_encrypted: p.encrypted,
    started_at: p.startedAt,
    duration_ms: p.durationMs,
    verified_at: p.verifiedAt,
  }),
);

/** The last one of this kind that ended so. */
export const findLatest = defineSystemQuery('backups.findLatest', (db, p: { kind: BackupKind; result: BackupResult }) =>
  db
    .selectFrom('backups')
    .select(columns)
    .where('kind', '=', p.kind)
    .where('result', '=', p.result)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);

/** The last full backup that was whole. */
export const findLatestFull = defineSystemQuery('backups.findLatestFull', (db) =>
  db
    .selectFrom('backups')
    .select(columns)
    .where('kind', '=', 'backup')
    .where('result', '=', 'whole')
    .where('base_file', 'is', null)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);

export const list = defineSystemQuery('backups.list', (db, p: { until: Date; limit: number }) =>
  db
    .selectFrom('backups')
    .select(columns)
    .where('started_at', '<=', p.until)
    .orderBy('started_at', 'desc')
    .limit(p.limit),
);
