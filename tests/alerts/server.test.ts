import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Alert, Alerts, type Database, newId, openDatabase } from '@keelson/db-core';
import { describeEngine, type ReplicatedServer, startReplicatedServer } from '@keelson/db-core/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { expectedSignature, Receiver } from './receiver.ts';
import { look, QUIET, SECRET, until, watching, working } from './support.ts';

/** What is counted is counted within five minutes: looks when they are over. */
async function lookLater(database: Database, watch: Parameters<typeof look>[1]): Promise<void> {
  const now = performance.now.bind(performance);
  const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 301_000);
  await look(database, watch).finally(() => later.mockRestore());
}

function expectSigned({ received }: Receiver): void {
  for (const each of received) expect(each.headers['webhook-signature']).toBe(expectedSignature(each, SECRET));
}

const rules = (alerts: readonly Alert[]): string[] => alerts.map(({ rule }) => rule).sort();

describeEngine('postgres', 'alerts of what only a server does', (context) => {
  it('tell of connections that break and of statements that take too long, and when that is over', async () => {
    await using receiver = await Receiver.start();
    const url = await context.url();
    const env = {
      ...QUIET,
      ALERT_WEBHOOK_URL: receiver.url,
      ALERT_WEBHOOK_SECRET: SECRET,
      ALERT_CONNECTION_ERRORS: '3',
      ALERT_STATEMENT_TIMEOUTS: '2',
      DATABASE_STATEMENT_TIMEOUT: '1',
      DATABASE_POOL_SIZE: '4',
      DATABASE_MAX_OVERFLOW: '0',
    };
    await using database = openDatabase({ url, env });
    const raw = context.raw(url);
    const read = (): Promise<unknown> =>
      database.forUser('ada').all((db) => db.selectFrom('conversations').select('id'));
    await Promise.all(Array.from({ length: 4 }, read));
    const watch = watching(database);
    await look(database, watch);
    const alerts = new Alerts(database);
    expect(await alerts.firing()).toEqual([]);

    const { idle } = database.pool();
    expect(idle).toBeGreaterThanOrEqual(3);
    await raw.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await until(() => database.pool().idle === 0);
    await look(database, watch);
    expect(await alerts.firing()).toMatchObject([
      { rule: 'connection-errors', severity: 'warning', message: expect.stringContaining(`: ${idle}.`) },
    ]);

    await raw.query('begin');
    await raw.query('lock table conversations in access exclusive mode');
    const ended = await Promise.allSettled([read(), read()]);
    await raw.query('rollback');
    await raw.close();
    expect(ended.map((each) => (each.status === 'rejected' ? (each.reason as { code: string }).code : null))).toEqual([
      'STATEMENT_TIMEOUT',
      'STATEMENT_TIMEOUT',
    ]);
    await look(database, watch);
    const firing = await alerts.firing();
    expect(rules(firing)).toEqual(['connection-errors', 'statement-timeouts']);
    expect(firing.find(({ rule }) => rule === 'statement-timeouts')?.message).toContain(': 2.');

    await using _worker = working(database);
    await until(() => receiver.received.length === 2);
    await lookLater(database, watch);
    expect(await alerts.firing()).toEqual([]);
    await until(() => receiver.received.length === 4);
    expect(receiver.told.slice().sort()).toEqual([
      'alert.firing connection-errors',
      'alert.firing statement-timeouts',
      'alert.resolved connection-errors',
      'alert.resolved statement-timeouts',
    ]);
    expectSigned(receiver);
    await watch.stop();
  });
});

/** The programs of an installed server, where there is one; otherwise the embedded ones. */
function installedPrograms(): { readonly bin?: string } {
  const folder = '/usr/lib/postgresql';
  const [bin] = (existsSync(folder) ? readdirSync(folder) : [])
    .map((version) => join(folder, version, 'bin'))
    .filter((path) => existsSync(join(path, 'postgres')));
  return bin === undefined ? {} : { bin };
}

describeEngine('postgres', 'alerts of a replica', (context) => {
  let server: ReplicatedServer;
  beforeAll(async () => {
    server = await startReplicatedServer(installedPrograms());
  });
  afterAll(() => server.stop());

  it('tell that it is behind, that it is away, and that it follows again, also where nobody reads', async () => {
    await using receiver = await Receiver.start();
    const replica = await server.addReplica();
    const env = {
      ...QUIET,
      ALERT_WEBHOOK_URL: receiver.url,
      ALERT_WEBHOOK_SECRET: SECRET,
      DATABASE_READ_MAX_LAG_MS: '400',
    };
    await using database = openDatabase({ url: server.url, readUrl: replica.url, env });
    await database.initialize();
    const watch = watching(database);
    await using _worker = working(database);
    const alerts = new Alerts(database);
    const firing = async (): Promise<string> => {
      await look(database, watch);
      return (await alerts.firing()).map(({ rule, message }) => `${rule}: ${message}`).join(' ');
    };
    await expect.poll(firing, { timeout: 20_000 }).toBe('');
    const write = (): Promise<unknown> =>
      database
        .forUser('ada')
        .run((db) =>
          db.insertInto('conversations').values({ id: newId(), created_at: new Date(), updated_at: new Date() }),
        );

    const standby = context.raw(replica.url);
    await standby.query('select pg_wal_replay_pause()');
    await write();
    await expect.poll(firing, { timeout: 20_000 }).toMatch(/^replica-away: The replica .* is behind: .*400 ms/);
    await until(() => receiver.received.length === 1);
    await standby.query('select pg_wal_replay_resume()');
    await standby.close();
    await expect.poll(firing, { timeout: 20_000 }).toBe('');
    await until(() => receiver.received.length === 2);

    await replica.stop();
    await expect.poll(firing, { timeout: 20_000 }).toMatch(/^replica-away: The replica .* is unreachable: /);
    await until(() => receiver.received.length === 3);
    await replica.start();
    await expect.poll(firing, { timeout: 20_000 }).toBe('');
    await until(() => receiver.received.length === 4);

    expect(receiver.told).toEqual([
      'alert.firing replica-away',
      'alert.resolved replica-away',
      'alert.firing replica-away',
      'alert.resolved replica-away',
    ]);
    expectSigned(receiver);
    const [first] = receiver.received;
    expect(first?.data).toMatchObject({
      severity: 'warning',
      subject: expect.stringContaining(new URL(replica.url).host),
    });
    await watch.stop();
  });
});
