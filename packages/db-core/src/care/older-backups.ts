import { existsSync } from 'node:fs';
import type { Database } from '../database/database.ts';
import { Statements } from './statements.ts';

/** A backup that was made before an erasure was complete, and holds what was erased. */
export interface OlderBackup {
  /** Where it was put. */
  readonly file: string;
  readonly takenAt: Date;
  /** The next backup after this moment removes it; the newest one always stays. Null: it is kept until somebody removes it. */
  readonly keptUntil: Date | null;
  /** Is the file there, as seen from the machine that erased? */
  readonly isThere: boolean;
}

const MOST = 1000;

/** Those that the database knows of, newest first: what people copied elsewhere isn't among them. */
export async function olderBackups(database: Database, completedAt: Date): Promise<readonly OlderBackup[]> {
  const rows = await new Statements(database).rows(
    'care.olderBackups',
    `SELECT file, started_at FROM backups
     WHERE kind = 'backup' AND result = 'whole' AND file IS NOT NULL AND started_at <= $1
     ORDER BY started_at DESC LIMIT ${MOST}`,
    [completedAt],
  );
  const { keepMs } = database.config.backups;
  return rows
    .map((row): OlderBackup => {
      const [file, takenAt] = [row['file'] as string, row['started_at'] as Date];
      const keptUntil = keepMs === 0 ? null : new Date(takenAt.getTime() + keepMs);
      return { file, takenAt, keptUntil, isThere: existsSync(file) };
    })
    .filter(({ isThere, keptUntil }) => isThere || keptUntil === null || keptUntil > new Date());
}
