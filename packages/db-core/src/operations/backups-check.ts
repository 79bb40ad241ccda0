import type { BackupRun, BackupStanding } from './backup/history.ts';
import type { Identity } from '../platform/identity.ts';
import type { HealthCheck } from './health.ts';

export interface BackupsCheck extends HealthCheck {
  /** When the last one that was read back was taken; null where there is none. */
  readonly takenAt: Date | null;
  /** How old it is, in milliseconds. */
  readonly ageMs: number | null;
  /** When the last full one was taken; null where there is none. */
  readonly fullTakenAt: Date | null;
  /** What came of restoring one for a try; null where nobody tried. */
  readonly drill: { readonly at: Date; readonly result: 'whole' | 'failed'; readonly error: string | null } | null;
}

const HOUR_MS = 3_600_000;
/** Full ones are made every day; one may fail. */
const TOO_OLD_MS = 49 * HOUR_MS;
/** Of increments, one every quarter of an hour, some may fail. */
const FAILING_MS = HOUR_MS;

/** Backups that are too old, and such as can't be restored. A database in production is to have one. */
export function backupsCheck(
  { backup, full, failure, drill }: BackupStanding,
  identity: Identity | undefined,
): BackupsCheck {
  const ageOf = (run: BackupRun | null): number | null =>
    run === null ? null : Math.max(0, Date.now() - run.startedAt.getTime());
  const [ageMs, fullAgeMs] = [ageOf(backup), ageOf(full)];
  const figures = {
    takenAt: backup?.startedAt ?? null,
    ageMs,
    fullTakenAt: full?.startedAt ?? null,
    drill: drill === null ? null : { at: drill.startedAt, result: drill.result, error: drill.error },
  };
  const why = failure === null ? '' : ` The last one that failed: ${failure.error}`;
  const isOld = fullAgeMs !== null && fullAgeMs > TOO_OLD_MS;
  const isMissed =
    fullAgeMs === null &&
    identity?.environment === 'production' &&
    Date.now() - identity.createdAt.getTime() > TOO_OLD_MS;
  if (isOld || isMissed)
    return {
      status: 'degraded',
      code: 'BACKUP_FAILED',
      message: `${fullAgeMs === null ? 'No backup was ever made.' : `The last full backup is ${Math.round(fullAgeMs / HOUR_MS)} hours old.`}${why}`,
      hint: 'Run `keelson backup`; a worker that runs makes one every night.',
      ...figures,
    };
  const isFailing = failure !== null && backup !== null && failure.startedAt > backup.startedAt;
  if (isFailing && ageMs !== null && ageMs > FAILING_MS)
    return {
      status: 'degraded',
      code: 'BACKUP_FAILED',
      message: `There was no backup for ${Math.round(ageMs / 60_000)} minutes, though it was tried.${why}`,
      hint: 'What was written since would be lost. Mend what the message names; `keelson backup` makes one now.',
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
