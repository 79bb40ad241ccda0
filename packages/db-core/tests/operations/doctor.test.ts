import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, examine, type ExamineOptions, openDatabase } from '../../src/index.ts';
import { describeEngine, startPostgresServer, type TestServer } from '../../src/testing/index.ts';
import { openRaw } from '../../src/testing/raw.ts';

async function codesOf(database: Database, options: ExamineOptions): Promise<string[]> {
  const { findings } = await examine(database, options);
  return findings.map(({ code, subject }) => (subject === undefined ? code : `${code} ${subject}`));
}

describeEngine('sqlite', 'the doctor of a file', (context) => {
  it('finds a disk that has too little room', async () => {
    const database = await context.open();
    const limits = { freeBytes: Number.MAX_SAFE_INTEGER };
    const { findings } = await examine(database, { limits });
    expect(findings).toMatchObject([{ code: 'DISK_SPACE', severity: 'error' }]);
  });

  it('reads large files through only when asked to', async () => {
    const database = await context.open();
    const limits = { integrityBytes: 1 };
    expect(await codesOf(database, { limits })).toEqual(['INTEGRITY_NOT_CHECKED']);
    expect(await codesOf(database, { limits, thorough: true })).toEqual([]);
  });

  it('finds room that nobody uses, and figures that the planner lacks', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('CREATE TABLE filler (content text)');
    await raw.query(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) INSERT INTO filler SELECT hex(randomblob(2500)) FROM n`,
    );
    await raw.query('DELETE FROM filler');
    const database = openDatabase({ url, env: {} });
    expect(await codesOf(database, {})).toEqual(['FREE_PAGES', 'STATISTICS_MISSING']);
    await database.close();
  });

  it('leaves the database as it was', async () => {
    const database = await context.open();
    const seen = async (): Promise<unknown> =>
      database.system('test').all((db) => db.selectFrom('schema_migrations').select(['name', 'checksum', 'state']));
    const before = await seen();
    await examine(database, { thorough: true });
    expect(await seen()).toEqual(before);
    expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
  });
});

describe('the doctor of a server', () => {
  let server: TestServer;
  let database: Database;

  beforeAll(async () => {
    server = await startPostgresServer({
      settings: [
        'wal_level=replica',
        'max_wal_senders=2',
        'max_replication_slots=2',
        'max_prepared_transactions=2',
        'archive_mode=on',
        'archive_command=false',
        'max_connections=15',
      ],
    });
    database = openDatabase({ url: server.url, env: { DATABASE_POOL_SIZE: '9' } });
    await database.initialize();
  });

  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  it('finds transactions that nobody ends, slots that hold the log, and an archive that fails', async () => {
    const raw = openRaw(server.url);
    const open = openRaw(server.url);
    await raw.query('BEGIN');
    await raw.query('CREATE TABLE nobodys (id integer)');
    await raw.query(`PREPARE TRANSACTION 'forgotten'`);
    await open.query('BEGIN');
    const [session] = await open.query('SELECT pg_backend_pid() AS pid');
    await raw.query(`SELECT pg_create_physical_replication_slot('unused', true)`);
    await raw.query('SELECT pg_switch_wal()');
    await expect
      .poll(async () => raw.query('SELECT 1 AS one FROM pg_stat_archiver WHERE failed_count > 0'), { timeout: 30_000 })
      .toHaveLength(1);

    const found = await codesOf(database, { limits: { transactionMs: 0 } });
    expect(found).toContain('PREPARED_TRANSACTION_FORGOTTEN forgotten');
    expect(found).toContain(`TRANSACTION_LONG ${String(session?.['pid'])}`);
    expect(found).toContain('SLOT_HOLDS_LOG unused');
    expect(found).toContain('ARCHIVING_FAILS archive_command');
    expect(found).toContain('CONNECTIONS_SHORT max_connections');
    expect(found).not.toContain('POINT_IN_TIME_RECOVERY_OFF wal_level');

    const { findings } = await examine(database, { limits: { slotBytes: 0 } });
    expect(findings).toContainEqual(expect.objectContaining({ code: 'SLOT_HOLDS_LOG', severity: 'error' }));
    // Young ones are nothing to tell of.
    expect(findings.map(({ code }) => code)).not.toContain('TRANSACTION_LONG');
    await raw.query(`ROLLBACK PREPARED 'forgotten'`);
    await Promise.all([raw.close(), open.close()]);
  });

  it('finds dead rows and tables that were never analysed', async () => {
    const raw = openRaw(server.url);
    await raw.query('CREATE TABLE filler AS SELECT g AS id FROM generate_series(1, 60000) g');
    await raw.query('DELETE FROM filler WHERE id % 2 = 0');
    await raw.query('SELECT pg_stat_force_next_flush()');
    await raw.query('SELECT 1');
    const found = await codesOf(database, {});
    expect(found).toContain('TABLE_BLOATED filler');
    expect(found).toContain('STATISTICS_MISSING filler');
    await raw.close();
  });

  it('says what a role without rights kept it from seeing', async () => {
    const raw = openRaw(server.url);
    await raw.query(`CREATE ROLE guest LOGIN PASSWORD 'guest'`);
    await raw.close();
    const url = new URL(server.url);
    url.username = 'guest';
    url.password = 'guest';
    const guest = openDatabase({ url: url.href, env: {} });
    const { findings } = await examine(guest);
    await guest.close();
    expect(findings).toContainEqual(expect.objectContaining({ code: 'CHECK_FAILED' }));
  });
});
