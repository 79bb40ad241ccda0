import { hostname } from 'node:os';
import process from 'node:process';
import { expect, it } from 'vitest';
import { databaseInfo, type DatabaseEvent, Instances, ValidationError } from '../../src/index.ts';
import { migrations } from '../../migrations/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const newest = migrations.at(-1)!.name;

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 500 && !(await condition()); n += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await condition()).toBe(true);
}

describeEngines('instances', (context) => {
  it('are there from their registration to their end', async () => {
    const database = await context.open();
    const instances = new Instances(database);
    const api = await instances.register({ kind: 'api', appVersion: '1.2.3' });
    const worker = await instances.register({ kind: 'worker', appVersion: '1.2.4' });
    const live = await instances.live();
    expect(live).toMatchObject([
      { id: api.id, kind: 'api', appVersion: '1.2.3', schemaVersion: newest, host: hostname(), pid: process.pid },
      { id: worker.id, kind: 'worker' },
    ]);
    expect(live[0]!.lastSeenAt).toEqual(live[0]!.startedAt);
    expect((await databaseInfo(database)).instances).toEqual(live);
    await api.end();
    expect((await instances.live()).map(({ id }) => id)).toEqual([worker.id]);
    await worker.end();
    expect(await instances.live()).toEqual([]);
  });

  it('say that they are there with one statement, and come back when they were taken for gone', async () => {
    const events: DatabaseEvent[] = [];
    const database = await context.open({ onEvent: (event) => events.push(event) });
    const instances = new Instances(database, { heartbeatMs: 100 });
    const own = await instances.register({ kind: 'worker', appVersion: '1' });
    const [{ startedAt } = { startedAt: new Date() }] = await instances.live();
    events.length = 0;
    await until(async () => ((await instances.live())[0]?.lastSeenAt ?? startedAt) > startedAt);
    const beats = events.flatMap((event) => (event.type === 'query' && !event.name.includes('list') ? [event] : []));
    expect(new Set(beats.map(({ name }) => name))).toEqual(new Set(['instances.upsert']));
    await database.system('test').run((db) => db.deleteFrom('app_instances'));
    await until(async () => (await instances.live()).length === 1);
    expect((await instances.live())[0]).toMatchObject({ id: own.id, startedAt });
    await own.end();
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await instances.live()).toEqual([]);
  });

  it('that fell silent are gone by their age, and removed by the next one that registers', async () => {
    const database = await context.open();
    const instances = new Instances(database);
    const silent = await instances.register({ kind: 'api', appVersion: '1' });
    await database
      .system('test')
      .run((db) => db.updateTable('app_instances').set({ last_seen_at: new Date(Date.now() - 91_000) }));
    expect(await instances.live()).toEqual([]);
    const next = await instances.register({ kind: 'api', appVersion: '1' });
    const rows = await database.system('test').all((db) => db.selectFrom('app_instances').select('id'));
    expect(rows).toEqual([{ id: next.id }]);
    await silent.end();
    await next.end();
  });

  it('are told apart by the schema that they started with', async () => {
    const database = await context.open();
    const instances = new Instances(database);
    const own = await instances.register({ kind: 'api', appVersion: '1' });
    const next = `${String(Number(newest.slice(0, 4)) + 1).padStart(4, '0')}_next`;
    expect(await instances.live({ olderThanSchema: next })).toMatchObject([{ id: own.id }]);
    expect(await instances.live({ olderThanSchema: newest })).toEqual([]);
    await expect(instances.live({ olderThanSchema: 'next' })).rejects.toThrow(ValidationError);
    await own.end();
  });

  it('do not beat inside the transaction in which they were registered', async () => {
    const database = await context.open();
    const instances = new Instances(database, { heartbeatMs: 100 });
    const troubles: unknown[] = [];
    const own = await database.system('test').transaction(async () => {
      const registered = await instances.register({ kind: 'cli', appVersion: '1', onTrouble: (e) => troubles.push(e) });
      return registered;
    });
    const [{ startedAt } = { startedAt: new Date() }] = await instances.live();
    await until(async () => ((await instances.live())[0]?.lastSeenAt ?? startedAt) > startedAt);
    expect(troubles).toEqual([]);
    await own.end();
  });
});
