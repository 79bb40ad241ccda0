import type { Database } from '../../database/database.ts';
import type { Engine, EngineKind, Row } from '../../engine/contract.ts';
import type { MigrationStatus } from '../../schema/status.ts';

/**
 * `error`: data is in danger, or the database can't be used as it should. `warning`: it will come to that if nothing is
 * done. `advice`: it works, and would work better.
 */
export type Severity = 'error' | 'warning' | 'advice';

/** Something that isn't as it should be. */
export interface Finding {
  /** Which sickness it is; codes are never reused. */
  readonly code: string;
  readonly severity: Severity;
  /** What was found, with its figures. */
  readonly message: string;
  /** What comes of it. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /** The file, table, index, setting or session that it concerns. */
  readonly subject?: string;
}

/** From where on something is a finding. */
export interface DoctorLimits {
  /** The write-ahead log of SQLite. */
  readonly walBytes: number;
  /** Space on the disk of SQLite. */
  readonly freeBytes: number;
  /** How long SQLite's lock may be held by another process. */
  readonly lockWaitMs: number;
  /** How long another process may be at the migrations. */
  readonly migrationMs: number;
  /** How long a transaction may be open, or wait to be committed after it was prepared. */
  readonly transactionMs: number;
  /** How far clocks may be apart. */
  readonly clockMs: number;
  /** Up to this size a SQLite file is looked through unless asked to be thorough. */
  readonly integrityBytes: number;
  /** The log that an unused replication slot may hold back. */
  readonly slotBytes: number;
}

export const DEFAULT_LIMITS: DoctorLimits = {
  walBytes: 256 * 1024 ** 2,
  freeBytes: 256 * 1024 ** 2,
  lockWaitMs: 1000,
  migrationMs: 3_600_000,
  transactionMs: 300_000,
  clockMs: 2000,
  integrityBytes: 1024 ** 3,
  slotBytes: 1024 ** 3,
};

/** What a check works with. */
export interface Examination {
  readonly database: Database;
  readonly engine: Engine;
  readonly limits: DoctorLimits;
  readonly thorough: boolean;
  /** Where SQLite's file is; undefined on PostgreSQL. */
  readonly path: string | undefined;
  /** Rows of SQL that was written by hand. */
  readonly rows: (sql: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** How far the migrations are; for checks that need a connection. */
  readonly history: () => Promise<MigrationStatus>;
}

/** One kind of look at a database. It changes nothing. */
export interface Check {
  readonly name: string;
  /** Default: both. */
  readonly engine?: EngineKind;
  /** What there must be for it: nothing, a connection, or every migration. */
  readonly needs: 'nothing' | 'connection' | 'schema';
  readonly run: (examination: Examination) => Promise<readonly Finding[]> | readonly Finding[];
}

/** Sizes in words. */
export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024).toLocaleString('en')} MiB`;
}
