import { type Database, engineOf, inspectReplicas } from '../database/database.ts';
import type { EngineInfo, PoolFigures } from '../engine/contract.ts';
import { StatementTimeoutError } from '../errors/index.ts';
import { type Identity, readIdentity } from '../platform/identity.ts';
import { type Instance, readInstances } from '../platform/instances.ts';
import type { ReplicaFigures } from '../replicas/replica.ts';
import { runStatement } from '../schema/statements.ts';
import { rowSecurityOf } from './row-security.ts';
import type { VectorCapabilities } from '../vectors/contract.ts';
import { vectorCapabilities } from '../vectors/index-building.ts';

export interface TableSize {
  readonly name: string;
  /** Null when counting them took longer than a statement may. */
  readonly rows: number | null;
}

/** What there is to know of a database. */
export interface DatabaseInfo {
  readonly engine: EngineInfo['kind'];
  /** The server's, or SQLite's. */
  readonly version: string;
  /** Without credentials. */
  readonly location: string;
  readonly sizeBytes: number;
  /** Null on PostgreSQL, where it is the server's. */
  readonly walBytes: number | null;
  readonly pool: PoolFigures;
  /** The servers of `DATABASE_READ_URL`. */
  readonly replicas: readonly ReplicaFigures[];
  readonly migrations: {
    readonly current: string | null;
    readonly applied: number;
    readonly pending: readonly string[];
  };
  /** Whether the server itself keeps users' rows apart, and what is missing for that. Null on SQLite, which can't. */
  readonly rowSecurity: {
    readonly isOn: boolean;
    /** The role that users' statements run as. */
    readonly role: string | null;
    readonly faults: readonly string[];
  } | null;
  /** How vectors are searched, and what would make that faster. */
  readonly vectors: VectorCapabilities;
  /** By name. */
  readonly tables: readonly TableSize[];
  /** Null where nobody gave it one yet. */
  readonly identity: Identity | null;
  /** The programs that run on it, as they started; null where the database can't say yet. */
  readonly instances: readonly Instance[] | null;
}

/**
 * Figures of a database, also of one whose migrations are pending. Counts every row, so that it may take a while.
 *
 * @throws why it can't connect
 * @example
 * ```ts
 * const { tables } = await databaseInfo(database); // [{ name: 'api_tokens', rows: 3 }, …]
 * ```
 */
export async function databaseInfo(database: Database): Promise<DatabaseInfo> {
  const { kind, version, location, sizeBytes, walBytes } = await database.info();
  const { current, applied, pending } = await database.migrations.status();
  const tables = await countRows(database);
  const wall = await rowSecurityOf(database);
  const identity = (await readIdentity(database)) ?? null;
  return {
    engine: kind,
    version,
    location,
    sizeBytes,
    walBytes,
    pool: database.pool(),
    replicas: await inspectReplicas(database),
    migrations: { current, applied: applied.length, pending },
    rowSecurity:
      wall === undefined
        ? null
        : { isOn: wall.isOn, role: wall.role, faults: wall.isOn ? wall.faults.map(({ message }) => message) : [] },
    vectors: await vectorCapabilities(database),
    tables,
    identity,
    instances: await readInstances(database),
  };
}

async function countRows(database: Database): Promise<TableSize[]> {
  const engine = engineOf(database);
  const { tables } = await engine.inspect();
  const sizes: TableSize[] = [];
  for (const name of tables.map((table) => table.name).sort()) {
    try {
      const { rows } = await runStatement(engine, engine, { sql: `SELECT count(*) AS count FROM ${quoted(name)}` });
      sizes.push({ name, rows: Number(rows[0]?.['count']) });
    } catch (error) {
      if (!(error instanceof StatementTimeoutError)) throw error;
      sizes.push({ name, rows: null });
    }
  }
  return sizes;
}

/** Any name: there may be tables that others made. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
