import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Database,
  ensureIdentity,
  Erasures,
  examine,
  openDatabase,
  settleForeignRestore,
  Settings,
} from '@keelson/db-core';
import { type ArchivingServer, startArchivingServer } from '@keelson/db-core/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

async function ask(url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows[0] ?? {};
  } finally {
    await client.end();
  }
}

async function archivingCodes(database: Database): Promise<string[]> {
  const { findings } = await examine(database);
  return findings.map(({ code }) => code).filter((code) => code.startsWith('ARCHIVING') || code.startsWith('POINT_IN'));
}

/** The steps of docs/recovery.md, "Back to a moment". */
describe('a PostgreSQL server that archives its log', () => {
  let server: ArchivingServer | undefined;
  beforeAll(async () => {
    server = await startArchivingServer();
  });
  afterAll(() => server?.stop());

  it('goes back to a moment, and Keelson on it', async () => {
    const { url } = server!;
    await using database = openDatabase({ url });
    await database.initialize();
    const { id } = await ensureIdentity(database, 'test');
    expect(await archivingCodes(database)).toEqual([]);
    const write = (user: string, value: string) =>
      new Settings(database, user).define({ key: 'a', dataType: 'string', value });
    await server!.baseBackup();
    await write('ada', 'well');
    await write('eve', 'personal');
    const seen = await database.changes.position();
    await sleep(50);
    const moment = new Date();
    await sleep(50);
    await new Erasures(database).eraseOwner('eve');
    await write('ada', 'spoilt');
    await ask(url, 'select pg_switch_wal()');
    const archived = async () => (await ask(url, 'select last_archived_wal as wal from pg_stat_archiver'))['wal'];
    const { wal } = await ask(url, 'select pg_walfile_name(pg_current_wal_lsn()) as wal');
    await expect.poll(archived, { timeout: 20_000 }).toBeTruthy();
    await expect.poll(async () => String(await archived()) < String(wal), { timeout: 20_000 }).toBe(true);

    const { url: recovered } = await server!.recoverTo(moment);
    await expect
      .poll(async () => (await ask(recovered, 'select pg_is_in_recovery() as is'))['is'], { timeout: 30_000 })
      .toBe(false);
    await using back = openDatabase({ url: recovered });
    expect(await new Settings(back, 'eve').get('a')).toMatchObject({ value: 'personal' });
    const done = await settleForeignRestore({ config: back.config, erasuresFrom: database.config });
    expect(done).toMatchObject({ databaseId: id, settled: true, erasures: 1, migrated: [] });
    expect(await new Settings(back, 'ada').get('a')).toMatchObject({ value: 'well' });
    await expect(new Settings(back, 'eve').get('a')).rejects.toMatchObject({ code: 'SETTING_NOT_FOUND' });
    await expect(back.changes.read({ after: seen })).rejects.toMatchObject({ code: 'RESYNC_REQUIRED' });
    expect(await archivingCodes(back)).toEqual(['POINT_IN_TIME_RECOVERY_OFF']);
  });

  it('is found by the doctor to archive nothing, when that is so', async () => {
    const { url } = server!;
    await using database = openDatabase({ url });
    const set = async (name: string, value: string): Promise<void> => {
      await ask(url, `alter system set ${name} = '${value}'`);
      await ask(url, 'select pg_reload_conf()');
    };
    await set('archive_timeout', '0');
    await set('archive_command', '');
    await expect
      .poll(() => archivingCodes(database), { timeout: 20_000 })
      .toEqual(['ARCHIVING_NOWHERE', 'ARCHIVING_WAITS']);
    await set('archive_command', 'false');
    await ask(url, 'create table more ()');
    await ask(url, 'select pg_switch_wal()');
    await expect
      .poll(() => archivingCodes(database), { timeout: 30_000, interval: 500 })
      .toEqual(['ARCHIVING_FAILS', 'ARCHIVING_WAITS']);
  });
});
