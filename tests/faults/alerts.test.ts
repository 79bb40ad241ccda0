import { Alerts, defineAlertJob, ensureIdentity, Jobs, openDatabase, watchAlerts, Worker } from '@keelson/db-core';
import { Metrics } from '@keelson/db-core/metrics';
import { describe, expect, it } from 'vitest';
import { Receiver } from '../alerts/receiver.ts';
import { breakerSettings, resetMs } from './form.ts';
import { useServer } from './server.ts';

async function until(holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  await expect.poll(holds, { timeout: ms, interval: 20 }).toBe(true);
}

describe('alerts, when PostgreSQL is stopped and started', () => {
  const server = useServer();

  it('tell that the database is away though nothing can be stored, and afterwards that it is back', async () => {
    await using receiver = await Receiver.start();
    const url = await server.create();
    const env = {
      ...breakerSettings,
      ALERT_WEBHOOK_URL: receiver.url,
      ALERT_WEBHOOK_TIMEOUT: '0.5',
      ALERT_INTERVAL: '0.1',
      ALERT_DISK_FREE_PERCENT: '0',
      ALERT_CONNECTION_ERRORS: '0',
    };
    await using database = openDatabase({ url, env });
    await database.initialize();
    const { id: databaseId } = await ensureIdentity(database, 'test');
    const metrics = new Metrics(database);
    const watch = watchAlerts(database);
    await watch.look();

    await server.halt('immediate');
    // Its receiver is down at the same time, as happens.
    receiver.manner = 503;
    await until(() => watch.isAway);
    await until(() => receiver.requests >= 2);
    expect(await metrics.text()).toContain('keelson_alerts_firing{rule="database-away",severity="critical"} 1');
    expect(receiver.received).toEqual([]);
    receiver.manner = 200;
    await until(() => receiver.received.length === 1);
    expect(receiver.received[0]).toMatchObject({
      type: 'alert.firing',
      data: { key: `${databaseId}:database-away`, severity: 'critical', resolvedAt: null },
    });

    await server.resume();
    await until(() => !watch.isAway, resetMs + 20_000);
    const jobs = new Jobs(database);
    defineAlertJob(jobs);
    const stop = new AbortController();
    const running = new Worker(jobs, { signal: stop.signal, pollMs: 50 }).run();
    await until(() => receiver.received.length === 2, resetMs + 20_000);
    const alerts = new Alerts(database);
    await until(async () => (await alerts.list()).items.every(({ resolvedToldAt }) => resolvedToldAt !== null));
    stop.abort();
    await running;
    await watch.stop();
    metrics.close();
    expect(receiver.told).toEqual(['alert.firing database-away', 'alert.resolved database-away']);
    const { items } = await alerts.list();
    expect(items).toMatchObject([{ rule: 'database-away' }]);
    expect(items[0]!.resolvedAt!.getTime()).toBeGreaterThan(items[0]!.firedAt.getTime());
  });
});
