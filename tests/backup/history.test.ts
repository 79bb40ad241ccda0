import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import {
  BackupHistory,
  databaseHealth,
  defineBackupJobs,
  ensureBackupSchedules,
  ensureIdentity,
  Jobs,
  listBackups,
  pruneBackups,
  Schedules,
  SYSTEM_OWNER,
  takeBackup,
  Worker,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { Metrics } from '@keelson/db-core/metrics';
import { expect, it } from 'vitest';
import { freshFolder } from '../support/fresh-folder.ts';
import { fill, seen } from './content.ts';

const DAY_MS = 86_400_000;

describeEngines('backups by the clock', (context) => {
  it('are made, read back, tried, and told of', async () => {
    const folder = freshFolder();
    const database = await context.open({ env: { BACKUP_FOLDER: folder } });
    await ensureIdentity(database, 'test');
    await fill(database, 2);
    const jobs = new Jobs(database);
    defineBackupJobs(jobs);
    await ensureBackupSchedules(jobs);
    await ensureBackupSchedules(jobs);
    const { items: schedules } = await new Schedules(jobs).list(SYSTEM_OWNER);
    expect(Object.fromEntries(schedules.map(({ name, expression }) => [name, expression]))).toEqual({
      backup: '0 2 * * *',
      'backup-increment': '*/15 * * * *',
      'restore-drill': '30 4 * * 0',
    });
    const run = async (kind: string): Promise<string> => {
      const { id } = await jobs.enqueue(SYSTEM_OWNER, kind, {}, { maxAttempts: 1 });
      const stop = new AbortController();
      const worker = new Worker(jobs, { signal: stop.signal, pollMs: 20, kinds: [kind] });
      const running = worker.run();
      let job = await jobs.get(SYSTEM_OWNER, id);
      while (job.status === 'pending' || job.status === 'running') {
        await new Promise((resolve) => setTimeout(resolve, 20));
        job = await jobs.get(SYSTEM_OWNER, id);
      }
      stop.abort();
      await running;
      return job.status;
    };
    expect((await databaseHealth(database)).checks.backups).toMatchObject({ status: 'healthy', takenAt: null });
    expect(await run('kernel.restore-drill')).toBe('failed');

    expect(await run('kernel.backup')).toBe('completed');
    expect(readdirSync(folder)).toHaveLength(1);
    await new Conversations(database, 'ada').createConversation({ title: 'since the backup' });
    const before = await seen(database);
    expect(await run('kernel.backup-increment')).toBe('completed');
    expect(readdirSync(folder)).toHaveLength(2);
    expect((await listBackups(folder)).items[0]).toMatchObject({ form: 'increment' });
    // Of both of them.
    expect(await run('kernel.restore-drill')).toBe('completed');
    const health = await databaseHealth(database);
    expect(health.checks.backups).toMatchObject({ status: 'healthy', drill: { result: 'whole' } });
    const metrics = new Metrics(database);
    const text = await metrics.text();
    metrics.close();
    expect(text).toMatch(/^keelson_backup_age_seconds \d/m);
    expect(text).toMatch(/^keelson_full_backup_age_seconds \d/m);
    expect(text).toContain('keelson_backup_drill_succeeded 1');
    // The drill left nothing behind, and the database as it was.
    expect(await seen(database)).toEqual(before);
    expect(readdirSync(folder)).toHaveLength(2);
    if (context.engine === 'postgres') {
      const raw = context.raw(database.config.target.url);
      expect(await raw.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE '%restore%'`)).toEqual([]);
      await raw.close();
    }

    truncateSync(join(folder, readdirSync(folder)[0] ?? ''), 1000);
    expect(await run('kernel.restore-drill')).toBe('failed');
    expect((await databaseHealth(database)).checks.backups).toMatchObject({
      status: 'degraded',
      code: 'BACKUP_DAMAGED',
      drill: { result: 'failed' },
    });
    const history = await new BackupHistory(database).list();
    expect(history.map(({ kind, result }) => [kind, result])).toEqual([
      ['drill', 'failed'],
      ['drill', 'whole'],
      ['backup', 'whole'],
      ['backup', 'whole'],
    ]);
  });

  it('that are too old are told of, and removed but for the last one', async () => {
    const folder = freshFolder();
    const database = await context.open({ env: { BACKUP_FOLDER: folder } });
    const { id: databaseId } = await ensureIdentity(database, 'test');
    await takeBackup(database);
    await takeBackup(database);
    const { items } = await listBackups(folder);
    expect(items).toHaveLength(2);
    expect(await pruneBackups(folder, { databaseId, keepMs: DAY_MS })).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await pruneBackups(folder, { databaseId: null, keepMs: 1 })).toEqual([]);
    expect(await pruneBackups(folder, { databaseId, keepMs: 1 })).toMatchObject([{ file: items[1]?.file }]);
    expect((await listBackups(folder)).items).toMatchObject([{ file: items[0]?.file }]);

    const raw = context.raw(database.config.target.url);
    const aged = context.engine === 'sqlite' ? `started_at - ${3 * DAY_MS}` : `started_at - interval '3 days'`;
    await raw.query(`UPDATE backups SET started_at = ${aged}`);
    await raw.close();
    expect((await databaseHealth(database)).checks.backups).toMatchObject({
      status: 'degraded',
      code: 'BACKUP_FAILED',
    });
  });
});
