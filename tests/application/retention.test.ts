import {
  ConfigurationError,
  type Database,
  defineQuery,
  type Migration,
  newId,
  Retention,
  type RetentionRule,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';

declare module '@keelson/db-core' {
  interface ApplicationTables {
    test_recommendations: { user_id: string; id: string; status: string; ended_at: Date | null };
    test_recommendation_notes: { user_id: string; id: string; recommendation_id: string };
  }
}

const DAY_MS = 86_400_000;

async function rowsOf(database: Database, rule: RetentionRule): Promise<number | undefined> {
  const outcomes = await new Retention(database, [rule]).run();
  return outcomes.find((outcome) => outcome.rule === rule.name)?.rows;
}

/** As a domain brings them that suggests things: what was decided is of no more use after a week. */
const recommendations: Migration = {
  name: 'test_0001_recommendations',
  up(m) {
    m.createTable(
      'test_recommendations',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        status: t.oneOf(['open', 'accepted', 'rejected', 'archived']),
        ended_at: t.timestamp().nullable(),
      }),
      { primaryKey: ['user_id', 'id'] },
    );
    m.createTable(
      'test_recommendation_notes',
      (t) => ({ user_id: t.userId(), id: t.uuid(), recommendation_id: t.uuid() }),
      {
        primaryKey: ['user_id', 'id'],
        foreignKeys: [
          { columns: ['user_id', 'recommendation_id'], references: ['test_recommendations', ['user_id', 'id']] },
        ],
      },
    );
  },
  down(m) {
    m.dropTables('test_recommendation_notes', 'test_recommendations');
  },
};

const terminal: RetentionRule = {
  name: 'recommendations.terminal',
  purpose: 'recommendations that were accepted or rejected',
  table: 'test_recommendations',
  action: 'remove',
  since: ['ended_at'],
  where: { status: ['accepted', 'rejected'] },
  keepMs: 7 * DAY_MS,
};

interface Suggested {
  id: string;
  status: string;
  endedAt: Date | null;
}
const suggest = defineQuery('test.suggest', (db, p: Suggested) =>
  db.insertInto('test_recommendations').values({ id: p.id, status: p.status, ended_at: p.endedAt }),
);
const note = defineQuery('test.note', (db, p: { id: string; recommendationId: string }) =>
  db.insertInto('test_recommendation_notes').values({ id: p.id, recommendation_id: p.recommendationId }),
);
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

describeEngines('a rule that a domain declares', (context) => {
  it('removes what is terminal for a week, with what refers to it, and goes on after it was stopped', async () => {
    const database = await context.open({ migrations: [recommendations] });
    // More than are looked at by one statement.
    const old = Array.from({ length: 1200 }, (_, number) => ({
      id: newId(),
      status: number % 2 === 0 ? 'accepted' : 'rejected',
      endedAt: daysAgo(7.1),
    }));
    const kept = [
      { id: newId(), status: 'accepted', endedAt: daysAgo(6.9) },
      { id: newId(), status: 'open', endedAt: daysAgo(100) },
      { id: newId(), status: 'rejected', endedAt: null },
    ];
    for (const owner of ['ada', 'bob']) {
      const user = database.forUser(owner);
      await user.runMany(suggest, [...old, ...kept]);
      await user.runMany(
        note,
        [...old.slice(0, 300), kept[0]!].map(({ id }) => ({ id: newId(), recommendationId: id })),
      );
    }
    const retention = new Retention(database, [terminal]);
    expect((await retention.preview())[0]).toEqual({
      rule: 'recommendations.terminal',
      purpose: terminal.purpose,
      table: 'test_recommendations',
      action: 'remove',
      keepMs: 7 * DAY_MS,
      before: expect.any(Date),
      rows: 2400,
    });

    const stop = new AbortController();
    let statements = 0;
    const watched = await context.open({ migrations: [recommendations] });
    await watched.forUser('ada').runMany(suggest, [...old, ...kept]);
    const stopping: RetentionRule = {
      ...terminal,
      keepMs: () => {
        statements += 1;
        if (statements === 1) setImmediate(() => stop.abort(new Error('stopped')));
        return 7 * DAY_MS;
      },
    };
    await new Retention(watched, [stopping]).run({ signal: stop.signal }).catch((error: unknown) => {
      expect(error).toBe(stop.signal.reason);
    });
    await new Retention(watched, [terminal]).run();
    expect(await watched.forUser('ada').all((db) => db.selectFrom('test_recommendations').select('id'))).toHaveLength(
      3,
    );

    const progress: string[] = [];
    const [done] = await retention.run({ onProgress: ({ rule }) => void progress.push(rule) });
    expect(done?.rows).toBe(2400);
    expect(progress[0]).toBe(terminal.name);
    expect((await retention.run())[0]?.rows).toBe(0);
    for (const owner of ['ada', 'bob']) {
      const user = database.forUser(owner);
      const left = await user.all((db) => db.selectFrom('test_recommendations').select('id'));
      expect(left.map(({ id }) => id).sort()).toEqual(kept.map(({ id }) => id).sort());
      expect(await user.all((db) => db.selectFrom('test_recommendation_notes').select('id'))).toHaveLength(1);
    }
  });

  it('archives, once', async () => {
    const database = await context.open({ migrations: [recommendations] });
    const id = newId();
    await database.forUser('ada').run(suggest, { id, status: 'open', endedAt: daysAgo(800) });
    const rule: RetentionRule = {
      ...terminal,
      action: 'archive',
      where: { status: ['open'] },
      set: { status: 'archived' },
      keepMs: 730 * DAY_MS,
    };
    expect(await rowsOf(database, rule)).toBe(1);
    expect(await rowsOf(database, rule)).toBe(0);
    const rows = await database.forUser('ada').all((db) => db.selectFrom('test_recommendations').select('status'));
    expect(rows).toEqual([{ status: 'archived' }]);
  });

  it('must fit its table', async () => {
    const database = await context.open({ migrations: [recommendations] });
    const wrong: readonly (readonly [Partial<RetentionRule>, RegExp])[] = [
      [{ table: 'nowhere' }, /no table nowhere/],
      [{ since: ['ended'] }, /no column ended/],
      [{ since: [] }, /no column with a time/],
      [{ where: { state: ['x'] } }, /no column state/],
      [{ action: 'archive' }, /what to write/],
      [{ table: 'conversation_messages', since: ['created_at'] }, /can only be erased/],
      [{ table: 'system_logs', since: ['created_at'], where: {}, action: 'erase' }, /\(user_id, id\)/],
      [{ mostRows: () => 5 }, /bounded in number/],
    ];
    for (const [change, message] of wrong) {
      const retention = new Retention(database, [{ ...terminal, ...change }]);
      await expect(retention.preview(), message.source).rejects.toThrow(message);
      await expect(retention.run(), message.source).rejects.toThrow(ConfigurationError);
    }
    expect(() => new Retention(database, [terminal, terminal])).toThrow(ConfigurationError);
  });
});
