import type { BackupStanding } from './backup/history.ts';
import type { Identity } from '../platform/identity.ts';
import type { HealthCheck } from './health.ts';

export interface BackupsCheck extends HealthCheck {
  /** When the last one that was read back was taken; null where there is none. */
  readonly takenAt: Date | null;
  /** How old it is, in milliseconds. */
  readonly ageMs: number | null;
  /** What came of restoring one for a try; null where nobody tried. */
  readonly drill: { readonly at: Date; readonly result: 'whole' | 'failed'; readonly error: string | null } | null;
}

/** They are made every day; one may fail. */
const TOO_OLD_MS = 49 * 3_600_000;

/** Backups that are too old, and such as can't be restored. A database in production is to have one. */
export function backupsCheck({ backup, failure, drill }: BackupStanding, identity: Identity | undefined): BackupsCheck {
  const ageMs = backup === null ? null : Math.max(0, Date.now() - backup.startedAt.getTime());
  const figures = {
    takenAt: backup?.startedAt ?? null,
    ageMs,
    drill: drill === null ? null : { at: drill.startedAt, result: drill.result, error: drill.error },
  };
  const why = failure === null ? '' : ` The last one that failed: ${failure.error}`;
  const isOld = ageMs !== null && ageMs > TOO_OLD_MS;
  const isMissed =
    ageMs === null && identity?.environment === 'production' && Date.now() - identity.createdAt.getTime() > TOO_OLD_MS;
  if (isOld || isMissed)
    return {
      status: 'degraded',
      code: 'BACKUP_FAILED',
      message: `${ageMs === null ? 'No backup was ever made.' : `The last backup is ${Math.round(ageMs / 3_600_000)} hours old.`}${why}`,
      hint: 'Run `keelson backup`; a worker that runs makes one every night.',
      ...figures,
    };
  if (drill?.result === 'failed')
    return {
      status: 'degraded',
      code: 'BACKUP_DAMAGED',
      message: `The last backup that was restored for a try could not be: ${drill.error}`,
      hint: 'Run `keelson backup`, then `keelson backups verify`.',
      ...figures,
    };
  return {
    status: 'healthy',
    message: ageMs === null ? 'No backup was made yet.' : 'The last backup is not too old.',
    ...figures,
  };
}
