import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError, type Database, defineCached, defineQuery, newId, openDatabase } from '../../src/index.ts';
import { Metrics, type MetricSource } from '../../src/metrics/index.ts';
import * as definitions from '../../src/metrics/definitions.ts';
import { describeEngine, describeEngines } from '../../src/testing/index.ts';
import { ended, jobsThat, until, workUntil } from '../jobs/support.ts';
import { figuresOf, only } from './support.ts';

const insertConversation = defineQuery('test.insertConversation', (db, p: { id: string }) =>
  db.insertInto('conversations').values({ id: p.id, title: 'x', created_at: new Date(0), updated_at: new Date(0) }),
);
const listIds = defineQuery('test.listIds', (db) => db.selectFrom('conversations').select('id').orderBy('id').limit(9));

function measured(database: Database): Metrics {
  const metrics = new Metrics(database);
  onTestFinished(() => metrics.close());
  return metrics;
}

it('names and labels are what Prometheus takes, and units what it asks for', () => {
  for (const { name, type, labels, help } of Object.values(definitions)) {
    expect(name).toMatch(/^[a-z]+(?:_[a-z]+)+$/);
    for (const label of labels) expect(label).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(help).toMatch(/\.$/);
  }
  const names = Object.values(definitions).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describeEngines('metrics', (context) => {
  const system = context.engine === 'sqlite' ? 'sqlite' : 'postgresql';

  it('count statements by name and transactions, and what fails by its code', async () => {
    const database = await context.open();
    const metrics = measured(database);
    const user = database.forUser('ada');
    const id = newId();
    await user.run(insertConversation, { id });
    for (let count = 0; count < 3; count += 1) await user.all(listIds);
    await user.all((db) => db.selectFrom('conversations').select('title'));
    await expect(user.transaction(() => user.run(insertConversation, { id }))).rejects.toThrow('exists already');

    const figures = await figuresOf(metrics);
    const name = 'db_client_operation_duration_seconds';
    const of = (query: string, rest = ''): string => `db_system_name="${system}",db_query_summary="${query}"${rest}`;
    expect(figures.get(`${name}_count{${of('test.listIds')}}`)).toBe(3);
    expect(figures.get(`${name}_bucket{${of('test.listIds', ',le="+Inf"')}}`)).toBe(3);
    expect(figures.get(`${name}_sum{${of('test.listIds')}}`)).toBeGreaterThan(0);
    expect(figures.get(`${name}_count{${of('dynamic')}}`)).toBe(1);
    expect(figures.get(`${name}_count{${of('test.insertConversation')}}`)).toBe(1);
    expect(figures.get(`${name}_count{${of('test.insertConversation', ',error_type="UNIQUE_VIOLATION"')}}`)).toBe(1);
    // The statement's error is the transaction's as well.
    expect(only(figures, 'keelson_errors_total')).toEqual({
      [`keelson_errors_total{db_system_name="${system}",error_type="UNIQUE_VIOLATION"}`]: 1,
    });
    const buckets = [...figures].filter(([key]) => key.startsWith(`${name}_bucket{${of('test.listIds')}`));
    const counts = buckets.map(([, count]) => count);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });

  it('say what the cache was good for', async () => {
    const database = await context.open();
    const metrics = measured(database);
    const user = database.forUser('ada');
    const ids = defineCached('test.ids', {
      dependsOn: () => [{ table: 'conversations' }],
      load: (owner) => owner.all(listIds),
    });
    for (let count = 0; count < 3; count += 1) await database.cache.get(user, ids);
    const figures = await figuresOf(metrics);
    expect(only(figures, 'keelson_cache_reads_total')).toEqual({
      'keelson_cache_reads_total{result="hot"}': 2,
      'keelson_cache_reads_total{result="warm"}': 0,
      'keelson_cache_reads_total{result="miss"}': 1,
    });
    expect(figures.get('keelson_cache_loads_total{outcome="completed"}')).toBe(1);
    expect(figures.get('keelson_cache_entries{tier="hot"}')).toBe(1);
    expect(figures.get('keelson_cache_size_bytes{tier="hot"}')).toBeGreaterThan(0);
    expect(only(figures, 'keelson_replica_up')).toEqual({});
  });

  it('say how the pool is', async () => {
    const database = await context.open();
    const metrics = measured(database);
    const pool = 'db_client_connection_pool_name="keelson"';
    await database.transaction('ada', async (user) => {
      await user.all(listIds);
      const figures = await figuresOf(metrics);
      expect(figures.get(`db_client_connection_count{${pool},db_client_connection_state="used"}`)).toBeGreaterThan(0);
      expect(figures.get(`db_client_connection_pending_requests{${pool}}`)).toBe(0);
      expect(figures.get(`db_client_connection_max{${pool}}`)).toBe(context.engine === 'sqlite' ? 5 : 10);
    });
    const figures = await figuresOf(metrics);
    expect(figures.get(`keelson_database_size_bytes{db_system_name="${system}"}`)).toBeGreaterThan(100_000);
    expect(figures.get('nodejs_eventloop_delay_seconds{quantile="1"}')).toBeGreaterThanOrEqual(0);
  });

  it('say how far each consumer of changes has come', async () => {
    const database = await context.open();
    const metrics = measured(database);
    const stop = new AbortController();
    const seen: string[] = [];
    const consuming = database.changes.consume(
      'audit',
      async (changes) => void seen.push(...changes.map(({ key }) => key)),
      { signal: stop.signal },
    );
    await database.forUser('ada').run(insertConversation, { id: newId() });
    await until(() => seen.length === 1);
    stop.abort();
    await consuming;
    expect(only(await figuresOf(metrics), 'keelson_changes_consumer_behind')).toEqual({
      'keelson_changes_consumer_behind{consumer="audit"}': 0,
    });
    for (let count = 0; count < 3; count += 1) await database.forUser('ada').run(insertConversation, { id: newId() });
    const figures = await figuresOf(metrics);
    expect(figures.get('keelson_changes_consumer_behind{consumer="audit"}')).toBe(3);
    expect(figures.get('keelson_changes_consumer_lag_seconds{consumer="audit"}')).toBeGreaterThanOrEqual(0);
    expect(figures.get('keelson_changes_consumer_running{consumer="audit"}')).toBe(0);
    expect(figures.get('keelson_changes_consumer_resync{consumer="audit"}')).toBe(0);
  });

  it('count jobs by kind and outcome, and say what waits', async () => {
    const database = await context.open();
    const metrics = measured(database);
    const jobs = jobsThat(
      database,
      async ({ parameters: { n } }) => {
        if (n === 13) throw new Error('unlucky');
      },
      { maxAttempts: 1 },
    );
    const ids = await Promise.all([1, 2, 13].map(async (n) => (await jobs.enqueue('ada', 'test.do', { n })).id));
    const before = await figuresOf(metrics);
    expect(before.get('keelson_jobs_queued{kind="test.do"}')).toBe(3);
    expect(before.get('keelson_jobs_oldest_queued_seconds{kind="test.do"}')).toBeGreaterThanOrEqual(0);
    await workUntil(jobs, ended(jobs, 'ada', ...ids), { onEvent: (event) => metrics.onWorkerEvent(event) });
    const figures = await figuresOf(metrics);
    expect(only(figures, 'keelson_jobs_total')).toEqual({
      'keelson_jobs_total{kind="test.do",outcome="completed"}': 2,
      'keelson_jobs_total{kind="test.do",outcome="failed"}': 1,
    });
    expect(figures.get('keelson_job_duration_seconds_count{kind="test.do",outcome="completed"}')).toBe(2);
    expect(figures.get('keelson_jobs_queued{kind="test.do"}')).toBeUndefined();
    expect(figures.get('keelson_jobs_running')).toBe(0);
    expect(figures.get('keelson_jobs_active')).toBe(0);
  });

  it("take others' figures, and leave out those of a source that fails", async () => {
    const database = await context.open();
    const metrics = measured(database);
    const hits = { name: 'test_cache_hits_total', type: 'counter', help: 'Hits.', labels: ['tier'] } as const;
    const source: MetricSource = {
      metrics: [hits],
      collect: () => [{ metric: hits, labels: { tier: 'hot' }, value: 41 }],
    };
    const remove = metrics.register('others', source);
    expect(() => metrics.register('others', source)).toThrow(ConfigurationError);
    metrics.register('broken', { metrics: [], collect: () => Promise.reject(new Error('no')) });
    const figures = await figuresOf(metrics);
    expect(figures.get('test_cache_hits_total{tier="hot"}')).toBe(41);
    expect(figures.get('keelson_metrics_source_up{source="others"}')).toBe(1);
    expect(figures.get('keelson_metrics_source_up{source="broken"}')).toBe(0);
    expect(await metrics.text()).toContain('# TYPE test_cache_hits_total counter');
    remove();
    expect((await figuresOf(metrics)).has('test_cache_hits_total{tier="hot"}')).toBe(false);
  });

  it('count nothing any more once they are closed', async () => {
    const database = await context.open();
    const metrics = new Metrics(database);
    metrics.close();
    await database.forUser('ada').all(listIds);
    expect([...(await figuresOf(metrics)).keys()].filter((key) => key.includes('test.listIds'))).toEqual([]);
  });
});

describeEngine('sqlite', 'metrics of waiting to write, for which a server has locks', (context) => {
  it('tell the turn from the file, and what was in vain', async () => {
    const database = await context.open({ env: { DATABASE_TIMEOUT: '0.1' } });
    const metrics = measured(database);
    const user = database.forUser('ada');
    await Promise.all([1, 2, 3].map(() => user.run(insertConversation, { id: newId() })));
    const raw = context.raw(database.config.target.url);
    await raw.query('BEGIN IMMEDIATE');
    await expect(user.run(insertConversation, { id: newId() })).rejects.toThrow('held the lock');
    await raw.query('ROLLBACK');
    const figures = await figuresOf(metrics);
    expect(figures.get('keelson_lock_wait_seconds_count{of="turn"}')).toBeGreaterThan(0);
    expect(figures.get('keelson_lock_wait_seconds_count{of="file"}')).toBe(1);
    expect(figures.get('keelson_lock_failures_total{error_type="LOCK_TIMEOUT"}')).toBe(1);
    expect(figures.get('keelson_wal_size_bytes')).toBeGreaterThan(0);
  });
});

describeEngine('postgres', 'metrics of connections, which a file has none of', (context) => {
  it('tell how long they are waited for, and when there is none', async () => {
    const env = { DATABASE_POOL_SIZE: '1', DATABASE_MAX_OVERFLOW: '0', DATABASE_POOL_TIMEOUT: '0.1' };
    const database = await context.open({ env });
    const metrics = measured(database);
    await database.transaction('ada', async (user) => {
      await user.all(listIds);
      await expect(
        new Promise((resolve, reject) => {
          // Not in this transaction.
          setImmediate(() => void database.changes.position().then(resolve, reject));
        }),
      ).rejects.toThrow('are in use');
    });
    const figures = await figuresOf(metrics);
    const pool = 'db_client_connection_pool_name="keelson"';
    expect(figures.get(`db_client_connection_timeouts_total{${pool}}`)).toBe(1);
    expect(figures.get(`db_client_connection_wait_time_seconds_count{${pool}}`)).toBeGreaterThan(0);
    expect(figures.get(`db_client_connection_wait_time_seconds_count{${pool},error_type="POOL_EXHAUSTED"}`)).toBe(1);
    expect(figures.get('keelson_lock_waiting_sessions')).toBe(0);
  });
});

describe('metrics of a server that is away', () => {
  it('are given without what it would have to be asked for', async () => {
    const env = { DATABASE_INIT_RETRY_COUNT: '0' };
    await using database = openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/nothing', env });
    const metrics = measured(database);
    for (let call = 0; call < 3; call += 1) await database.initialize().catch(() => undefined);
    const figures = await figuresOf(metrics);
    expect(figures.get('keelson_breaker_state{state="open"}')).toBe(1);
    expect(figures.get('keelson_breaker_transitions_total{state="open"}')).toBe(1);
    expect(figures.get('keelson_metrics_source_up{source="storage"}')).toBe(0);
    expect(figures.get('keelson_metrics_source_up{source="pool"}')).toBe(1);
  });
});
