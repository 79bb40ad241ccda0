import type { Database } from '../../database/database.ts';
import type { SystemHandle } from '../../database/handle.ts';
import { newId } from '../../database/ids.ts';
import type { RowOf } from '../../database/query.ts';
import type { BackupKind, BackupResult } from '../../schema/enumerations.ts';
import * as queries from './history.repository.ts';

/** A backup that was made or tried, or a drill: a restore for a try. */
export interface BackupRun {
  readonly id: string;
  readonly kind: BackupKind;
  readonly file: string | null;
  /** Of an increment: the full backup that its chain begins with. */
  readonly baseFile: string | null;
  readonly result: BackupResult;
  readonly error: string | null;
  /** Of the file, and of what is in it; null where there is none. */
  readonly bytes: number | null;
  readonly contentBytes: number | null;
  readonly rows: number | null;
  readonly encrypted: boolean | null;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly verifiedAt: Date | null;
}

/** How backups stand: for health and figures. Null where there was none of the kind. */
export interface BackupStanding {
  /** The last one that was made and read back: what was written since would be lost. */
  readonly backup: BackupRun | null;
  /** The last full one. */
  readonly full: BackupRun | null;
  /** The last try that failed. */
  readonly failure: BackupRun | null;
  /** The last drill, however it ended. */
  readonly drill: BackupRun | null;
}

const MOST = 1000;

/** What became of the backups of a database. It is kept in the database, so that a restored one knows what was before. */
export class BackupHistory {
  readonly #database: Database;
  #reader: SystemHandle | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(run: Omit<BackupRun, 'id'>): Promise<void> {
    await this.#system('what became of a backup').run(queries.insert, {
      ...run,
      id: newId(),
      error: run.error?.slice(0, 1000) ?? null,
    });
  }

  /** Newest first, at most 1,000. */
  async list(limit = 50): Promise<readonly BackupRun[]> {
    const rows = await this.#system('list').all(queries.list, { until: new Date(), limit: Math.min(limit, MOST) });
    return rows.map(toRun);
  }

  async standing(): Promise<BackupStanding> {
    // Whoever asks every minute isn't noted every minute.
    const system = (this.#reader ??= this.#system('how backups stand'));
    const latest = async (kind: BackupKind, result: BackupResult): Promise<BackupRun | null> => {
      const row = await system.first(queries.findLatest, { kind, result });
      return row === undefined ? null : toRun(row);
    };
    const full = await system.first(queries.findLatestFull);
    const [whole, broken] = [await latest('drill', 'whole'), await latest('drill', 'failed')];
    return {
      backup: await latest('backup', 'whole'),
      full: full === undefined ? null : toRun(full),
      failure: await latest('backup', 'failed'),
      drill: (broken?.startedAt.getTime() ?? 0) > (whole?.startedAt.getTime() ?? 0) ? broken : whole,
    };
  }

  #system(reason: string): SystemHandle {
    return this.#database.system(`backups: ${reason}`);
  }
}

function toRun(row: RowOf<(typeof queries.list)['row']>): BackupRun {
  return {
    id: row.id,
    kind: row.kind,
    file: row.file,
    baseFile: row.base_file,
    result: row.result,
    error: row.error,
    bytes: row.bytes,
    contentBytes: row.content_bytes,
    rows: row.row_count,
    encrypted: row.is_encrypted,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    verifiedAt: row.verified_at,
  };
}
