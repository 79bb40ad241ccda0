import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Alert,
  ALERT_RULES,
  Alerts,
  BackupHistory,
  type Database,
  databaseHealth,
  ensureIdentity,
  Jobs,
  openDatabase,
  Settings,
  SYSTEM_OWNER,
  watchAlerts,
} from '@keelson/db-core';
import { Metrics } from '@keelson/db-core/metrics';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { freshFolder } from '../support/fresh-folder.ts';
import { expectedSignature, Receiver } from './receiver.ts';
import { look, QUIET, rulesOf, SECRET, until, watching, working } from './support.ts';

const HOUR_MS = 3_600_000;

async function addBackup(database: Database, ageHours: number, kind: 'backup' | 'drill' = 'backup', failed = false) {
  await new BackupHistory(database).add({
    kind,
    result: failed ? 'failed' : 'whole',
    error: failed ? 'BACKUP_DAMAGED: it is torn' : null,
    file: '/backups/a.keelson',
    baseFile: null,
    bytes: 1,
    contentBytes: 1,
    rows: 1,
    encrypted: false,
    startedAt: new Date(Date.now() - ageHours * HOUR_MS),
    durationMs: 1,
    verifiedAt: null,
  });
}

describeEngines('alerts', (context) => {
  it('are told once when they begin and once when they end, signed, however many processes look', async () => {
    await using receiver = await Receiver.start();
    const env = { ...QUIET, ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: SECRET };
    const database = await context.open({ env });
    const { id: databaseId } = await ensureIdentity(database, 'staging');
    await addBackup(database, 60);
    const told: string[] = [];
    const onAlert = (transition: string, { rule }: Alert): void => void told.push(`${transition} ${rule}`);
    const watches = [1, 2, 3].map(() => watching(database, onAlert));
    await using _worker = working(database);
    await Promise.all(watches.map((watch) => watch.look()));
    for (const watch of watches) await look(database, watch);
    await until(() => receiver.received.length > 0);
    expect(rulesOf(await new Alerts(database).firing())).toEqual(['backup-too-old']);

    const [begin] = receiver.received;
    expect(begin).toMatchObject({
      type: 'alert.firing',
      data: {
        key: `${databaseId}:backup-too-old`,
        rule: 'backup-too-old',
        severity: 'critical',
        resolvedAt: null,
        database: { id: databaseId, environment: 'staging' },
      },
    });
    expect(begin!.data['message']).toContain('60 hours old');
    expect(begin!.headers['webhook-signature']).toBe(expectedSignature(begin!, SECRET));

    await addBackup(database, 0);
    await Promise.all(watches.map((watch) => look(database, watch)));
    await until(() => receiver.received.length > 1);
    for (const watch of watches) await look(database, watch);
    await sleep(100);
    expect(receiver.told).toEqual(['alert.firing backup-too-old', 'alert.resolved backup-too-old']);
    expect(told).toEqual(['firing backup-too-old', 'resolved backup-too-old']);
    const { items } = await new Alerts(database).list();
    expect(items).toMatchObject([{ rule: 'backup-too-old', severity: 'critical' }]);
    for (const time of ['resolvedAt', 'firingToldAt', 'resolvedToldAt'] as const)
      expect(items[0]![time]).toBeInstanceOf(Date);
    await Promise.all(watches.map((watch) => watch.stop()));
  });

  it('reach a receiver that failed and stalled once it is back, in their order, and hold nothing up meanwhile', async () => {
    await using receiver = await Receiver.start();
    const database = await context.open({ env: { ...QUIET, ALERT_WEBHOOK_URL: receiver.url } });
    await addBackup(database, 1);
    await addBackup(database, 0.5, 'backup', true);
    await addBackup(database, 0.2, 'drill', true);
    const watch = watching(database);
    await using worker = working(database);
    receiver.manner = 500;
    await look(database, watch);
    await until(() => receiver.requests >= 2);
    const { items: waiting } = await worker.jobs.list(SYSTEM_OWNER, { kind: 'kernel.alert' });
    await until(async () =>
      (await worker.jobs.list(SYSTEM_OWNER, { kind: 'kernel.alert' })).items.every(({ error }) => error !== null),
    );
    expect(waiting).toHaveLength(2);

    receiver.manner = 'stalls';
    await addBackup(database, 0);
    const sent = receiver.requests;
    // Their next try, as if its time had come.
    const hurry = () =>
      database
        .system('test')
        .run((db) =>
          db.updateTable('jobs').set({ ready_at: new Date(), waits_until: null }).where('status', '=', 'pending'),
        );
    await hurry();
    await until(() => receiver.requests > sent);
    const started = performance.now();
    await look(database, watch);
    await database.forUser('ada').all((db) => db.selectFrom('conversations').select('id'));
    expect(rulesOf(await new Alerts(database).firing())).toEqual(['restore-drill-failed']);
    expect(performance.now() - started).toBeLessThan(20_000);

    receiver.manner = 204;
    await until(async () => {
      await hurry();
      return receiver.received.length === 3;
    });
    expect(receiver.told.filter((each) => each.includes('backup-failed'))).toEqual([
      'alert.firing backup-failed',
      'alert.resolved backup-failed',
    ]);
    expect(receiver.told).toContain('alert.firing restore-drill-failed');
    const { items } = await worker.jobs.list(SYSTEM_OWNER, { kind: 'kernel.alert' });
    // Whoever reads the jobs learns what is wrong with the receiver, and not its token.
    expect(JSON.stringify(items)).not.toContain('token-that-is-secret');
    await watch.stop();
  });

  it('are told of again when their job gave up, and not when there was nobody to tell', async () => {
    await using receiver = await Receiver.start();
    const database = await context.open({ env: { ...QUIET, ALERT_WEBHOOK_URL: receiver.url } });
    const quiet = await context.open({ env: QUIET });
    await addBackup(quiet, 60);
    const nobody = watching(quiet);
    await look(quiet, nobody);
    await nobody.stop();
    const jobs = new Jobs(quiet);
    expect((await jobs.list(SYSTEM_OWNER)).items).toEqual([]);
    expect(rulesOf(await new Alerts(quiet).firing())).toEqual(['backup-too-old']);

    await addBackup(database, 60);
    const watch = watching(database);
    await look(database, watch);
    const own = new Jobs(database);
    const [job] = (await own.list(SYSTEM_OWNER)).items;
    await own.cancel(SYSTEM_OWNER, job!.id);
    await addBackup(database, 0);
    await look(database, watch);
    await using _worker = working(database);
    await until(() => receiver.received.length === 2);
    expect(receiver.told).toEqual(['alert.firing backup-too-old', 'alert.resolved backup-too-old']);
    await watch.stop();
  });

  it('tell of waits in vain, consumers that lag behind and a disk that is nearly full', async () => {
    const env = { ...QUIET, ALERT_DISK_FREE_PERCENT: '99', ALERT_FEED_LAG: '0.1', BACKUP_FOLDER: freshFolder() };
    const timeouts = {
      DATABASE_POOL_SIZE: '1',
      DATABASE_MAX_OVERFLOW: '0',
      DATABASE_POOL_TIMEOUT: '0.2',
      DATABASE_TIMEOUT: '0.5',
    };
    const database = await context.open({ env: { ...env, ...timeouts } });
    const watch = watching(database);
    await look(database, watch);
    const quiet = (alerts: readonly Alert[]): string[] => alerts.map(({ rule }) => rule);
    // A disk with less than 1 % in use is none that anybody tests on.
    expect(quiet(await new Alerts(database).firing())).toEqual(['disk-nearly-full']);

    const settings = new Settings(database, 'ada');
    const write = (key: string) => settings.define({ key, dataType: 'string', value: 'x' });
    const held = database.forUser('ada').transaction(async (user) => {
      await user.run((db) => db.deleteFrom('settings').where('key', '=', 'nothing'));
      await sleep(1500);
    });
    await sleep(50);
    const refused = await Promise.allSettled([write('a'), write('b')]);
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await held;

    await write('a');
    const stop = new AbortController();
    await database.changes.consume('slow', async () => stop.abort(), { signal: stop.signal });
    await write('b');
    await sleep(300);
    await look(database, watch);
    const firing = await new Alerts(database).firing();
    expect(quiet(firing)).toEqual(['disk-nearly-full', 'feed-lag', 'pool-exhausted']);
    expect(firing[1]).toMatchObject({ subject: 'slow', message: expect.stringContaining('1 changes wait') });
    await watch.stop();

    const { status, checks } = await databaseHealth(database);
    expect(status).toBe('degraded');
    expect(checks.alerts).toMatchObject({ status: 'degraded', firing: expect.any(Array) });
    expect(checks.alerts!.hint).toBeTruthy();
    const metrics = new Metrics(database);
    const text = await metrics.text();
    metrics.close();
    expect(text).toContain('keelson_alerts_firing{rule="pool-exhausted",severity="warning"} 1');
    expect(text).toContain('keelson_alerts_firing{rule="backup-failed",severity="warning"} 0');
  });

  it('of a process that is gone are over after a while', async () => {
    const database = await context.open({ env: QUIET });
    const long = new Date(Date.now() - 24 * HOUR_MS);
    const alert = { severity: 'warning' as const, message: 'It broke.', fired_at: long, seen_at: long };
    await database.system('test').run((db) =>
      db.insertInto('alerts').values({
        id: '00000000-0000-7000-8000-000000000001',
        rule: 'connection-errors',
        subject: 'gone:1',
        ...alert,
      }),
    );
    await database
      .system('test')
      .run((db) =>
        db
          .insertInto('alerts')
          .values({ id: '00000000-0000-7000-8000-000000000002', rule: 'of-a-newer-version', subject: '', ...alert }),
      );
    const watch = watching(database);
    await look(database, watch);
    await watch.stop();
    expect(rulesOf(await new Alerts(database).firing())).toEqual(['of-a-newer-version']);
  });
});

it('are described, each of them', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/alerts.md'), 'utf8');
  const described = [...text.matchAll(/^### (.+)\n\n`(.+?)`/gm)].map(([, rule, severity]) => [rule, severity]);
  expect(described).toEqual(Object.entries(ALERT_RULES).map(([rule, { severity }]) => [rule, severity]));
});

describeEngine('sqlite', 'alerts of SQLite', (context) => {
  it('tell of a file that nobody can write to, which no breaker watches', async () => {
    await using receiver = await Receiver.start();
    const url = await context.url();
    const env = {
      ...QUIET,
      ALERT_INTERVAL: '0.1',
      ALERT_POOL_FAILURES: '0',
      ALERT_WEBHOOK_URL: receiver.url,
      DATABASE_TIMEOUT: '0.1',
    };
    await using other = openDatabase({ url });
    await using database = openDatabase({ url, env });
    const watch = watchAlerts(database);
    await watch.look();
    await other.forUser('ada').transaction(async (user) => {
      await user.run((db) => db.deleteFrom('settings').where('key', '=', 'nothing'));
      await until(() => watch.isAway);
      await until(() => receiver.received.length === 1);
    });
    await until(() => !watch.isAway);
    {
      await using _worker = working(database);
      await until(() => receiver.received.length === 2);
    }
    expect(receiver.told).toEqual(['alert.firing database-away', 'alert.resolved database-away']);
    await watch.stop();
  });

  it('tell in good time that it will be outgrown, which makes nothing worse today', async () => {
    const database = await context.open({ env: QUIET });
    await database.initialize();
    for (let day = 10; day >= 0; day -= 1) {
      await database.system('test').run((db) =>
        db.insertInto('readiness_samples').values({
          id: `00000000-0000-7000-8000-0000000000${10 + day}`,
          taken_at: new Date(Date.now() - day * 24 * HOUR_MS),
          size_bytes: 40_000_000 - day * 1_000_000,
          active_users: 1,
          lock_tries: 20,
          lock_failures: 0,
          writes_per_second: 0.1,
        }),
      );
    }
    const watch = watching(database);
    await look(database, watch);
    await watch.stop();
    const [alert] = await new Alerts(database).firing();
    expect(alert).toMatchObject({ rule: 'outgrowing-sqlite', subject: 'size', severity: 'info' });
    expect(alert!.message).toMatch(/at the present growth 50,000,000 bytes on \d{4}-\d\d-\d\d/);
    const { checks } = await databaseHealth(database);
    expect(checks.alerts).toMatchObject({ status: 'healthy', firing: [{ rule: 'outgrowing-sqlite' }] });
  });
});
