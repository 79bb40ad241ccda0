import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresUrl } from '../config/postgres-url.ts';
import { type Account, canEnter, reachablePostgres, serverAccount } from './postgres-binaries.ts';
import { HALTED, type KeeperOrder, type KeeperOrders, startKeeper } from './postgres-keeper.ts';

export interface TestServer {
  /** URL of the database `postgres`, as a superuser. */
  readonly url: string;
  /** For other files of the test run; removed with the server's own. */
  readonly folder: string;
  /**
   * Ends the server and keeps its files: `fast` as an administrator does, which ends every session; `immediate` as a
   * crash does. What clients do with it is what there is to be tested.
   */
  halt(mode: 'fast' | 'immediate'): Promise<void>;
  /** After `halt`: the same server again, at the same address. */
  resume(): Promise<void>;
  /** Ends the server and removes its files. Idempotent. */
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** `name=value`; they win over the harness's own. */
  readonly settings?: readonly string[];
}

const USER = 'keelson';
const START_TIMEOUT_MS = 60_000;
/** `connections`, or `read-only connections` of a standby. */
const READY = 'ready to accept';

/** Nothing of a test's database has to outlive a power cut; everything else is as PostgreSQL has it. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=512MB',
  'autovacuum=off',
  'max_connections=200',
  'shared_buffers=64MB',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];

/**
 * Starts a PostgreSQL server for one test run, on a free port of 127.0.0.1, with its data in a temporary folder. It ends
 * with this process at the latest, however that ends.
 *
 * @example
 * ```ts
 * const server = await startPostgresServer();
 * const database = openDatabase({ url: server.url });
 * // …
 * await server.stop();
 * ```
 */
export function startPostgresServer({ settings = [] }: TestServerOptions = {}): Promise<TestServer> {
  return onFreePort((port) => startOn(port, settings));
}

/** Between looking for a free port and using it another process may take it; then it is tried again with another one. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === 5 || !(error instanceof Error) || !error.message.includes('could not bind')) throw error;
    }
  }
}

async function startOn(port: number, settings: readonly string[]): Promise<TestServer> {
  const account = serverAccount();
  const folder = makeFolder(account === undefined || canEnter(tmpdir(), account) ? tmpdir() : '/tmp', account);
  const dataFolder = makeFolder(memoryFolder() ?? folder, account);
  const data = join(dataFolder, 'data');
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
  const files = join(folder, 'files');
  mkdirSync(files, { mode: 0o700 });
  const bin = join(reachablePostgres(account, folder), 'bin');
  const server = await launch({
    account,
    folders: [folder, dataFolder],
    commands: [
      initdb({ bin, data, user: USER, passwordFile }),
      postgres({ bin, data, port, settings: [...SETTINGS, ...settings] }),
    ],
  });
  return {
    url: postgresUrl({ host: '127.0.0.1', port, database: 'postgres', user: USER, password }),
    folder: files,
    ...server,
  };
}

type Command = KeeperOrders['commands'][number];

/** Makes a server's data folder. */
export function initdb(options: {
  readonly bin: string;
  readonly data: string;
  readonly user: string;
  readonly passwordFile: string;
}): Command {
  const { bin, data, user, passwordFile } = options;
  return {
    file: join(bin, 'initdb'),
    args: [
      `--pgdata=${data}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      '--auth=password',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--wal-segsize=4',
    ],
  };
}

/** Runs a server on its data folder. */
export function postgres(options: {
  readonly bin: string;
  readonly data: string;
  readonly port: number;
  readonly settings: readonly string[];
}): Command {
  const { bin, data, port, settings } = options;
  return {
    file: join(bin, 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
  };
}

/** A server that runs, without where it is. */
export type Launched = Pick<TestServer, 'halt' | 'resume' | 'stop'>;

/** Runs the commands, of which the last one is a server, until that is ready; its `stop` removes the folders. */
export async function launch(orders: KeeperOrders): Promise<Launched> {
  const keeper = startKeeper(orders);
  const exited = new Promise<void>((resolve) => void keeper.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    keeper.ref();
    keeper.stdin?.end();
    await exited;
  };
  /** Waits until the server's log says so. */
  const logged = (said: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let log = '';
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        keeper.stderr?.off('data', read);
        settle();
      };
      const fail = (why: string): void => end(() => reject(new Error(`PostgreSQL ${why}.\n${log}`)));
      const read = (text: string): void => {
        log = (log + text).slice(-10_000);
        if (log.includes(said)) end(resolve);
      };
      const timer = setTimeout(() => fail(`did not say "${said}" within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
      keeper.stderr?.setEncoding('utf8').on('data', read);
      void exited.then(() => fail('ended'));
    });
  const order = (text: KeeperOrder): void => void keeper.stdin?.write(`${text}\n`);
  try {
    await logged(READY);
  } catch (error) {
    await stop();
    for (const made of orders.folders) rmSync(made, { recursive: true, force: true });
    throw error;
  }
  // The server lives as long as this process; it isn't a reason to live on.
  keeper.unref();
  unrefStream(keeper.stdin);
  unrefStream(keeper.stderr);
  return {
    halt: async (mode) => {
      const halted = logged(HALTED);
      order(`halt ${mode}`);
      await halted;
    },
    resume: async () => {
      const ready = logged(READY);
      order('start');
      await ready;
    },
    stop,
  };
}

/** The pipes of a child process are sockets, which the stream types don't say. */
function unrefStream(stream: object | null): void {
  if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
}

/** A new folder for the account alone. */
export function makeFolder(parent: string, account: Account | undefined): string {
  const folder = mkdtempSync(join(parent, 'keelson-postgres-'));
  if (account === undefined) return folder;
  chmodSync(folder, 0o700);
  chownSync(folder, account.uid, account.gid);
  return folder;
}

const MEMORY_FOLDER = '/dev/shm';
const MEMORY_NEEDED = 2 ** 30;

/**
 * A file system in memory, where there is one with room. Each database is 300 files; ext4 doesn't use the inodes of files
 * deleted within the last minute again and searches among them for long, so a copy takes 250 ms there, and 20 here.
 */
export function memoryFolder(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    accessSync(MEMORY_FOLDER, constants.W_OK);
    return bavail * bsize >= MEMORY_NEEDED ? MEMORY_FOLDER : undefined;
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('No free port.')),
      );
    });
  });
}
