import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  Audit,
  type AuditEntry,
  type AuditEvent,
  type Database,
  ForbiddenError,
  ImmutableRowError,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { digestOf } from '../../src/platform/digest.ts';

const entry: AuditEntry = { action: 'thing.renamed', entity: 'thing', entityId: '1' };

async function allOf(
  read: (cursor: string | null) => Promise<{ items: readonly AuditEvent[]; nextCursor: string | null }>,
) {
  const events: AuditEvent[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await read(cursor);
    events.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return events;
  }
}

it('a digest is the same for the same content, whatever its order, and different for another', () => {
  expect(digestOf({ b: [1, { d: null, c: 'x' }], a: new Date(0) })).toBe(
    createHash('sha256').update('{"a":"1970-01-01T00:00:00.000Z","b":[1,{"c":"x","d":null}]}').digest('hex'),
  );
  expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1, c: undefined }));
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
  expect(digestOf(undefined)).toBe(digestOf(null));
});

describeEngines('the audit', (context) => {
  it('says who did what to whose things, and when, without the things', async () => {
    const database = await context.open();
    const audit = new Audit(database);
    const before = Date.now();
    const secret = { title: 'a secret plan' };
    await audit.record(database.forUser('team', { actor: 'ada' }), {
      ...entry,
      requestId: 'req-1',
      before: secret,
      after: { title: 'another' },
    });
    const { items, nextCursor } = await audit.list('team');
    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      {
        id: expect.any(String) as string,
        userId: 'team',
        actorId: 'ada',
        action: 'thing.renamed',
        entity: 'thing',
        entityId: '1',
        requestId: 'req-1',
        beforeDigest: digestOf(secret),
        afterDigest: digestOf({ title: 'another' }),
        times: 1,
        at: expect.any(Date) as Date,
      },
    ]);
    expect(Math.abs((items[0]?.at.getTime() ?? 0) - before)).toBeLessThan(60_000);
    expect(JSON.stringify(items)).not.toContain('secret');
    expect((await audit.list('ada')).items).toEqual([]);
  });

  it('is kept or undone with what it tells of', async () => {
    const database = await context.open();
    const audit = new Audit(database);
    const failure = new Error('mine');
    const work = database.transaction('ada', async (user) => {
      await audit.record(user, entry);
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect((await audit.list('ada')).items).toEqual([]);
  });

  it('can be added to and read, and nothing else', async () => {
    const database = await context.open();
    const audit = new Audit(database);
    await audit.record('ada', entry);
    const ada = database.forUser('ada');
    const system = database.system('test');
    const attempts = [
      () => ada.run((db) => db.updateTable('audit_events').set({ actor_id: 'eve' })),
      () => ada.run((db) => db.deleteFrom('audit_events')),
      () => system.run((db) => db.updateTable('audit_events').set({ actor_id: 'eve' })),
      () => system.run((db) => db.deleteFrom('audit_events')),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(ImmutableRowError);
    const reader = database.forUser('ada', { actor: 'bob', readOnly: true });
    await expect(audit.record(reader, entry)).rejects.toThrow(ForbiddenError);
    expect((await audit.list(reader)).items).toHaveLength(1);
  });

  it('is listed newest first, page by page, by actor, action, thing and time', async () => {
    const database = await context.open();
    const audit = new Audit(database);
    for (let number = 0; number < 12; number += 1) {
      await audit.record(database.forUser('team', { actor: number % 2 === 0 ? 'ada' : 'bob' }), {
        action: number % 3 === 0 ? 'thing.made' : 'thing.renamed',
        entity: 'thing',
        entityId: String(number % 4),
      });
    }
    await sleep(5);
    const middle = new Date();
    await sleep(5);
    await audit.record('eve', { ...entry, entityId: 'last' });
    const ids = (events: readonly AuditEvent[]): (string | null)[] => events.map(({ entityId }) => entityId);
    const all = await allOf((cursor) => audit.list('team', { limit: 5, cursor }));
    expect(ids(all)).toEqual(['3', '2', '1', '0', '3', '2', '1', '0', '3', '2', '1', '0']);
    const byAda = await allOf((cursor) => audit.list('team', { actorId: 'ada', limit: 4, cursor }));
    expect(ids(byAda)).toEqual(['2', '0', '2', '0', '2', '0']);
    expect((await audit.list('team', { action: 'thing.made' })).items).toHaveLength(4);
    expect(ids((await audit.list('team', { entity: { kind: 'thing', id: '2' } })).items)).toEqual(['2', '2', '2']);
    expect((await audit.list('team', { from: middle })).items).toEqual([]);
    expect((await audit.list('team', { to: middle })).items).toHaveLength(12);
    expect((await audit.list('eve', { from: middle })).items).toHaveLength(1);
    expect((await audit.list('eve', { to: middle })).items).toEqual([]);

    const everything = await allOf((cursor) => audit.listOfAll({ limit: 4, cursor }));
    expect(everything.map(({ userId }) => userId)).toEqual(['eve', ...Array.from({ length: 12 }, () => 'team')]);
    expect((await audit.listOfAll({ actorId: 'bob' })).items).toHaveLength(6);
    expect((await audit.listOfAll({ from: middle })).items).toHaveLength(1);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ ...entry, action: 'Renamed!' }, 'action'],
    [{ ...entry, action: `a${'b'.repeat(100)}` }, 'action'],
    [{ ...entry, entity: '' }, 'entity'],
    [{ ...entry, entityId: 'x'.repeat(256) }, 'entityId'],
    [{ ...entry, requestId: 'a\nb' }, 'requestId'],
    [{ ...entry, content: 'x' }, ''],
  ])('refuses %j', async (wrong, path) => {
    const audit = new Audit(await context.open());
    await expect(audit.record('ada', wrong as unknown as AuditEntry)).rejects.toMatchObject({
      code: 'VALIDATION',
      details: { issues: [{ path }] },
    });
  });

  it('refuses lists that it can not give', async () => {
    const audit = new Audit((await context.open()) satisfies Database);
    for (const input of [
      { limit: 0 },
      { cursor: 'nonsense' },
      { actorId: 'ada', action: 'thing.made' },
      { from: 'yesterday' as unknown as Date },
    ])
      await expect(audit.list('ada', input), JSON.stringify(input)).rejects.toThrow(ValidationError);
  });
});
