import { type Database, inspectReplicas } from '../database/database.ts';
import type { EngineKind } from '../engine/contract.ts';
import { readIdentity } from '../platform/identity.ts';
import type { Erasure, ErasureCounts } from './ledger.ts';
import { type OlderBackup, olderBackups } from './older-backups.ts';
import type { StorageReport } from './storage.ts';
import { type ToldConsumer, toldConsumers } from './told-consumers.ts';
import { vectorIndexLines } from './vector-index.ts';

/** What was erased, in figures, and what is beyond reach: to be handed to whoever asked for it. */
export interface ErasureCertificate {
  readonly format: 'keelson.erasure/1';
  /** The line of the ledger. */
  readonly erasure: string;
  readonly kind: Erasure['kind'];
  /** SHA-256 of salt, a zero byte and the owner's id: who has the id can tell that it is theirs. */
  readonly owner: { readonly salt: string; readonly hash: string };
  /** Of a single row. */
  readonly row: { readonly table: string; readonly id: string } | null;
  readonly database: { readonly id: string | null; readonly engine: EngineKind };
  readonly startedAt: Date;
  readonly completedAt: Date;
  /** By table. */
  readonly rows: ErasureCounts;
  /** What was done to the database's files. */
  readonly storage: readonly string[];
  /** Backups that still hold it. Whatever is restored from them is erased again, by the ledger. */
  readonly backups: readonly OlderBackup[];
  /** Consumers of the change feed, such as mirrors, as they stood at this moment. */
  readonly consumers: readonly ToldConsumer[];
  /** What may still hold something of it, and until when. */
  readonly unreached: readonly string[];
}

export async function certify(
  database: Database,
  erasure: Erasure,
  storage: StorageReport,
): Promise<ErasureCertificate> {
  const identity = await readIdentity(database);
  const { kind } = await database.info();
  const { table, rowId } = erasure;
  const completedAt = erasure.completedAt ?? erasure.startedAt;
  const backups = await olderBackups(database, completedAt);
  const told = await toldConsumers(database, erasure);
  return {
    format: 'keelson.erasure/1',
    erasure: erasure.id,
    kind: erasure.kind,
    owner: { salt: erasure.salt, hash: erasure.ownerHash },
    row: table === null || rowId === null ? null : { table, id: rowId },
    database: { id: identity?.id ?? null, engine: kind },
    startedAt: erasure.startedAt,
    completedAt,
    rows: erasure.counts,
    storage: storage.done,
    backups,
    consumers: told.consumers,
    unreached: [
      ...storage.left,
      `Backups, full and incremental, made before ${completedAt.toISOString()}, for as long as they are kept (${known(backups)}); when one is restored, the ledger is applied to it.`,
      ...(kind === 'postgres'
        ? ["The server's write-ahead log and its archive, until their segments are removed or written over."]
        : []),
      ...(await vectorIndexLines(database)),
      ...(await replicaLines(database)),
      ...told.lines,
      ...(database.config.cache.redisUrl === undefined
        ? []
        : ['The cache that processes share, until its entries end (CACHE_REDIS_URL).']),
      ...(erasure.kind === 'owner'
        ? ['Digests of failed attempts to sign in, for an hour after the last attempt.']
        : []),
      'What programs wrote elsewhere: standard output, log files of the host, exports, copies that readers of the change feed keep.',
      'Blocks that the file system or the disk keeps of overwritten or removed files, such as snapshots.',
    ],
  };
}

async function replicaLines(database: Database): Promise<string[]> {
  const replicas = await inspectReplicas(database);
  return replicas.map(({ location }) => `The replica ${location}, until it has done the same.`);
}

function known(backups: readonly OlderBackup[]): string {
  if (backups.length === 0) return 'none is known';
  const times = backups.map(({ keptUntil }) => keptUntil?.getTime() ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...times);
  const until = Number.isFinite(last) ? `until ${new Date(last).toISOString()}` : 'until somebody removes them';
  return `${backups.length} ${backups.length === 1 ? 'is' : 'are'} known, the last one kept ${until}`;
}
