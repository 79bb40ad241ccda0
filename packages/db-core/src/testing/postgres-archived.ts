import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { postgresUrl } from '../config/postgres-url.ts';
import { canEnter, reachablePostgres, serverAccount } from './postgres-binaries.ts';
import { initdb, launch, type Launched, makeFolder, memoryFolder, onFreePort, postgres } from './postgres-server.ts';

/** A server that archives its log, for tests of going back to a moment. */
export interface ArchivingServer {
  /** URL of the database `postgres`, as a superuser. */
  readonly url: string;
  /** What pg_basebackup does, which isn't among the test servers' programs: a copy of the files while the server runs. */
  baseBackup(): Promise<void>;
  /** Starts another server on that copy, and has it replay the archive up to a moment. */
  recoverTo(moment: Date): Promise<{ readonly url: string }>;
  /** Ends the servers, and removes their files. */
  stop(): Promise<void>;
}

const USER = 'keelson';
const SETTINGS = [
  'fsync=off',
  'wal_level=replica',
  'max_wal_senders=0',
  'max_connections=50',
  'shared_buffers=32MB',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];

/** Starts a server with the settings of docs/recovery.md. Not on Windows. */
export async function startArchivingServer(): Promise<ArchivingServer> {
  const account = serverAccount();
  const parent = memoryFolder() ?? (account === undefined || canEnter(tmpdir(), account) ? tmpdir() : '/tmp');
  const folder = makeFolder(parent, account);
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  const archive = join(folder, 'archive');
  const [data, base] = [join(folder, 'data'), join(folder, 'base')];
  writeFileSync(passwordFile, password, { mode: 0o600 });
  mkdirSync(archive, { mode: 0o700 });
  if (account !== undefined) for (const made of [passwordFile, archive]) chownSync(made, account.uid, account.gid);
  const bin = join(reachablePostgres(account, folder), 'bin');
  const urlOf = (port: number): string =>
    postgresUrl({ host: '127.0.0.1', port, database: 'postgres', user: USER, password });
  const copy = `test ! -f ${archive}/%f && cp %p ${archive}/%f.part && mv ${archive}/%f.part ${archive}/%f`;
  const archiving = [...SETTINGS, 'archive_mode=on'];
  const started = await onFreePort(async (port) => ({
    port,
    server: await launch({
      account,
      folders: [folder],
      commands: [initdb({ bin, data, user: USER, passwordFile }), postgres({ bin, data, port, settings: archiving })],
    }),
  }));
  const servers: Launched[] = [started.server];
  await ask(urlOf(started.port), `alter system set archive_command = '${copy}'`);
  await ask(urlOf(started.port), "alter system set archive_timeout = '60s'");
  await ask(urlOf(started.port), 'select pg_reload_conf()');
  return {
    url: urlOf(started.port),
    async baseBackup() {
      const client = new Client({ connectionString: urlOf(started.port) });
      await client.connect();
      try {
        await client.query("select pg_backup_start('test', true)");
        execFileSync('cp', ['-a', data, base]);
        const { rows } = await client.query('select labelfile from pg_backup_stop(false)');
        const label = join(base, 'backup_label');
        writeFileSync(label, String(rows[0].labelfile));
        if (account !== undefined) chownSync(label, account.uid, account.gid);
      } finally {
        await client.end();
      }
      // The log comes from the archive, and the other server isn't this one.
      execFileSync('find', [join(base, 'pg_wal'), '-type', 'f', '-delete']);
      rmSync(join(base, 'postmaster.pid'), { force: true });
    },
    async recoverTo(moment) {
      const settings = [
        ...SETTINGS,
        `restore_command=cp ${archive}/%f %p`,
        // It takes no names of time zones, and Z is one.
        `recovery_target_time=${moment.toISOString().replace('Z', '+00')}`,
        'recovery_target_action=promote',
        'archive_mode=off',
      ];
      const recovered = await onFreePort(async (port) => ({
        port,
        server: await launch({
          account,
          folders: [makeFolder(folder, account)],
          commands: [
            { file: 'touch', args: [join(base, 'recovery.signal')] },
            postgres({ bin, data: base, port, settings }),
          ],
        }),
      }));
      servers.push(recovered.server);
      return { url: urlOf(recovered.port) };
    },
    async stop() {
      // The first one takes everybody's files with it.
      for (const server of servers.reverse()) await server.stop();
    },
  };
}

async function ask(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
