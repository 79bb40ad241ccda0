import { defineQuery, newId, UniqueViolationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';

interface New {
  readonly id: string;
  readonly title: string;
}

const NOW = new Date('2026-03-01T12:00:00.123Z');
const insert = defineQuery('test.insert', (db, p: New) =>
  db
    .insertInto('conversations')
    .values({ id: p.id, title: p.title, status: 'ACTIVE', created_at: NOW, updated_at: NOW }),
);
const insertNew = defineQuery('test.insertNew', (db, p: New) =>
  db
    .insertInto('conversations')
    .values({ id: p.id, title: p.title, created_at: NOW, updated_at: NOW })
    .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
);
const upsert = defineQuery('test.upsert', (db, p: New) =>
  db
    .insertInto('conversations')
    .values({ id: p.id, title: p.title, created_at: NOW, updated_at: NOW })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'id']).doUpdateSet((eb) => ({ title: eb.ref('excluded.title') })),
    ),
);
const list = defineQuery('test.list', (db) =>
  db.selectFrom('conversations').select(['id', 'title', 'created_at']).orderBy('id').limit(1000),
);

/** More than any engine writes with one statement, and no round number of them. */
const COUNT = 163;

function made(count: number): New[] {
  return Array.from({ length: count }, (_, number) => ({ id: newId(), title: `title ${number}` }));
}

describeEngines('many rows at once', (context) => {
  it.each([1, 49, 50, 51, COUNT])('are all there, each with its own values (%i)', async (count) => {
    const ada = (await context.open()).forUser('ada');
    const rows = made(count);
    expect(await ada.runMany(insert, rows)).toBe(count);
    expect(await ada.all(list)).toEqual(rows.map((row) => ({ ...row, created_at: NOW })));
  });

  it('that are there already are passed over, or changed, and counted', async () => {
    const ada = (await context.open()).forUser('ada');
    const rows = made(COUNT);
    await ada.runMany(insert, rows.slice(0, 60));
    const twice = [...rows, ...rows.slice(100, 110)];
    expect(await ada.runMany(insertNew, twice)).toBe(COUNT - 60);
    const renamed = twice.map(({ id }, number) => ({ id, title: `new ${number}` }));
    expect(await ada.runMany(upsert, renamed)).toBe(twice.length);
    const titles = new Map((await ada.all(list)).map(({ id, title }) => [id, title]));
    expect(titles.get(rows[0]!.id)).toBe('new 0');
    // The last one of two counts.
    expect(titles.get(rows[100]!.id)).toBe(`new ${COUNT}`);
  });

  it('of which one is wrong leave nothing, or what came before a savepoint', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    const rows = made(COUNT);
    const wrong = rows.with(120, { ...rows[0]!, title: 'again' });
    await expect(ada.runMany(insert, wrong)).rejects.toThrow(UniqueViolationError);
    expect(await ada.all(list)).toEqual([]);
    await ada.transaction(async () => {
      await ada.runMany(insert, rows.slice(0, 70));
      await expect(ada.savepoint(() => ada.runMany(insert, rows))).rejects.toThrow(UniqueViolationError);
    });
    expect(await ada.all(list)).toHaveLength(70);
  });

  it('that are large are the same as small ones', async () => {
    const ada = (await context.open()).forUser('ada');
    const [conversation] = made(1);
    await ada.runMany(insert, [conversation!]);
    const content = 'ü'.repeat(40_000);
    const insertMessage = defineQuery('test.insertMessage', (db, p: { id: string; seq: number }) =>
      db.insertInto('conversation_messages').values({
        id: p.id,
        conversation_id: conversation!.id,
        seq: p.seq,
        role: 'user',
        content,
        created_at: NOW,
      }),
    );
    const messages = Array.from({ length: 60 }, (_, number) => ({ id: newId(), seq: number + 1 }));
    expect(await ada.runMany(insertMessage, messages)).toBe(60);
    const stored = await ada.all((db) =>
      db.selectFrom('conversation_messages').select(['seq', 'content']).orderBy('seq'),
    );
    expect(stored.map(({ seq }) => seq)).toEqual(messages.map(({ seq }) => seq));
    expect(stored.every((row) => row.content === content)).toBe(true);
  });

  it('are told by the change feed, each once and in their order', async () => {
    const database = await context.open();
    const rows = made(COUNT);
    await database.forUser('ada').runMany(insert, rows);
    const { changes } = await database.changes.read();
    expect(changes.map(({ key, operation }) => [key, operation])).toEqual(rows.map(({ id }) => [id, 'insert']));
  });
});
