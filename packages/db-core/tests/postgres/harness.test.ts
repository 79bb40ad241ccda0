import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/open-database.ts';
import { createEngine } from '../../src/engine/create.ts';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { loadDatabaseConfig } from '../../src/config/index.ts';
import type { Migration } from '../../src/schema/migration.ts';
import { canEnter } from '../../src/testing/postgres-binaries.ts';
import { PostgresDatabases } from '../../src/testing/postgres-databases.ts';
import { currentRun } from '../../src/testing/test-run.ts';
import { Workbench } from '../../src/testing/workbench.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { errorOf, until } from './support.ts';

const ownMigration: Migration = {
  name: 'acme_0001_notes',
  up(m) {
    m.createTable('acme_notes', (t) => ({ user_id: t.userId(), id: t.uuid() }), { primaryKey: ['user_id', 'id'] });
  },
  down(m) {
    m.dropTables('acme_notes');
  },
};

describeEngines('the test harness', (context) => {
  const run = currentRun();

  function workbench(): { bench: Workbench; close: () => Promise<void> } {
    const databases =
      context.engine === 'postgres' && run.serverUrl !== undefined
        ? new PostgresDatabases(run.serverUrl, run.id)
        : undefined;
    return { bench: new Workbench(context.engine, databases), close: async () => databases?.close() };
  }

  it('gives a migrated database without rows, each time another', async () => {
    const [a, b] = [await context.open(), await context.open()];
    expect(a.isInitialized && b.isInitialized).toBe(true);
    const [first, second] = [await a.info(), await b.info()];
    expect(first.location).not.toBe(second.location);
    expect((await a.migrations.status()).pending).toEqual([]);
  });

  it('gives the URL of such a database for other processes', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    expect(Number((await raw.query('select count(*) as n from conversations'))[0]?.['n'])).toBe(0);
    expect(Number((await raw.query('select count(*) as n from schema_migrations'))[0]?.['n'])).toBeGreaterThan(0);
  });

  it('gives the URL of a database with nothing in it', async () => {
    const database = openDatabase({ url: await context.emptyUrl(), env: {} });
    expect((await database.migrations.status()).fresh).toBe(true);
    await database.close();
  });

  it('takes an application’s own migrations', async () => {
    const database = await context.open({ migrations: [ownMigration] });
    expect((await database.migrations.status()).pending).toEqual([]);
    const raw = context.raw(await context.url({ migrations: [ownMigration] }));
    expect(await raw.query('select id from acme_notes where user_id = $1', ['ada'])).toEqual([]);
  });

  it('takes parameters in any order on the bare driver', async () => {
    const raw = context.raw(await context.emptyUrl());
    await raw.query('create table t (a text, b text)');
    await raw.query('insert into t (a, b) values ($2, $1)', ['one', 'two']);
    expect(await raw.query('select a, b from t where b = $1 and a <> $1', ['one'])).toEqual([{ a: 'two', b: 'one' }]);
  });

  it('drops everything afterwards', async () => {
    const { bench, close } = workbench();
    const url = await bench.freshUrl();
    await bench.clear();
    await close();
    const database = openDatabase({ url, env: { DATABASE_INIT_RETRY_COUNT: '0' }, create: false });
    expect(await errorOf(database.initialize())).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    await database.close();
  });

  it('fails a test that leaves a connection open', async () => {
    const { bench, close } = workbench();
    const url = await bench.freshUrl();
    const left = openDatabase({ url, env: {} });
    await left.initialize();
    const error = await errorOf(bench.clear());
    expect(String(error)).toMatch(/The test left (sessions|files) open/);
    await left.close();
    await close();
  });

  it('fails a test that leaves a transaction open', async () => {
    const { bench, close } = workbench();
    const database = await bench.open();
    const started = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const left = database.transaction('ada', () => {
      started.resolve();
      return end.promise;
    });
    await started.promise;
    const clearing = errorOf(bench.clear());
    // Clearing ends what the database does by itself before it looks, and then waits for the transaction.
    setTimeout(end.resolve, 200);
    await errorOf(left);
    expect(String(await clearing)).toContain('The test left work behind');
    await close();
  });
});

describe('folders of the test harness', () => {
  it('are for this user alone', async () => {
    const bench = new Workbench('sqlite', undefined);
    const target = parseDatabaseUrl(await bench.freshUrl());
    if (target.engine !== 'sqlite') throw new Error('not SQLite');
    expect(statSync(dirname(target.path)).mode & 0o777).toBe(0o700);
    await bench.clear();
    expect(existsSync(dirname(target.path))).toBe(false);
  });

  it('for root only are seen to be closed to others', () => {
    const { folder } = currentRun();
    const { uid, gid } = statSync(folder);
    expect(canEnter('/', { uid: 1, gid: 1 })).toBe(true);
    expect(canEnter(folder, { uid: uid + 1, gid: gid + 1 })).toBe(false);
  });
});

describe('a test server', () => {
  const script = new URL('./server-process.ts', import.meta.url).pathname;

  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
    'ends with its process on %s, and leaves nothing behind',
    async (signal) => {
      const child = spawn(process.execPath, ['--conditions=keelson-source', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = new Promise((resolve) => void child.once('exit', resolve));
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      await until(() => output.includes('\n'));
      const { url, folder } = JSON.parse(output) as { url: string; folder: string };
      const config = loadDatabaseConfig({ url, env: {} });
      const engine = createEngine(config, {
        create: false,
        applicationName: 'test',
        onConnectionError: () => undefined,
      });
      await engine.open();
      const { rows } = await engine.execute(
        {
          name: 'dynamic',
          sql: `select current_setting('data_directory') as folder`,
          writes: false,
          returnsRows: true,
          decode: new Map(),
        },
        [],
      );
      const data = String(rows[0]?.['folder']);
      const server = Number(readFileSync(`${data}/postmaster.pid`, 'utf8').split('\n')[0]);
      expect(existsSync(folder)).toBe(true);
      child.kill(signal);
      await exited;
      await until(() => !existsSync(folder) && !existsSync(data) && !isAlive(server));
      await engine.close();
    },
  );
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
