import { defineQuery, newId } from '@keelson/db-core';
import { expect, it } from 'vitest';
import { describeParity, idOf, type Pair, type Loose } from './both.ts';

const upsert =
  (update: (oc: Loose) => Loose) =>
  (db: Loose): Loose =>
    db
      .insertInto('items')
      .values({ id: idOf(1), n: 5, t: 'new' })
      .onConflict((oc: Loose) => update(oc.columns(['user_id', 'id'])));

const all = (both: Pair) => both.rows((db) => db.selectFrom('items').select(['id', 'n', 't']).orderBy('id'));

const insertOrSkip = defineQuery('parity.insertOrSkip', ((db: Loose, p: { id: string; n: number; code: string }) =>
  db
    .insertInto('items')
    .values({ id: p.id, n: p.n, code: p.code })
    .onConflict((oc: Loose) => oc.columns(['user_id', 'code']).doNothing())) as never);
const insertOrAdd = defineQuery('parity.insertOrAdd', ((db: Loose, p: { id: string; n: number; code: string }) =>
  db
    .insertInto('items')
    .values({ id: p.id, n: p.n, code: p.code })
    .onConflict((oc: Loose) =>
      oc.columns(['user_id', 'code']).doUpdateSet((eb: Loose) => ({ n: eb('items.n', '+', eb.ref('excluded.n')) })),
    )) as never);

describeParity('writes', (pair) => {
  it('count what they changed, and give back what they are asked for', async () => {
    const both = pair();
    expect(
      await both.outcome((db) =>
        db.insertInto('items').values([
          { id: idOf(1), n: 1 },
          { id: idOf(2), n: 2 },
        ]),
      ),
    ).toEqual({ rows: [], changes: 2 });
    expect(
      await both.outcome((db) =>
        db
          .insertInto('items')
          .values({ id: idOf(3), n: 3, at: new Date(9), b: true, j: [1] })
          .returning(['id', 'at', 'b', 'j', 'kind', 'level', 'code']),
      ),
    ).toEqual({
      rows: [{ id: idOf(3), at: new Date(9), b: true, j: [1], kind: 'one', level: 0, code: null }],
      changes: 1,
    });
    expect(await both.outcome((db) => db.updateTable('items').set({ n: 9 }).where('n', '>', 1))).toEqual({
      rows: [],
      changes: 2,
    });
    // A row that is as it was has been changed, too.
    expect(await both.outcome((db) => db.updateTable('items').set({ n: 9 }).where('n', '=', 9))).toEqual({
      rows: [],
      changes: 2,
    });
    expect(await both.outcome((db) => db.updateTable('items').set({ n: 9 }).where('n', '=', 77))).toEqual({
      rows: [],
      changes: 0,
    });
    expect(
      await both.outcome((db) =>
        db
          .updateTable('items')
          .set((eb: Loose) => ({ n: eb('n', '+', 1) }))
          .where('id', '=', idOf(1))
          .returning('n'),
      ),
    ).toEqual({ rows: [{ n: 2 }], changes: 1 });
    expect(await both.outcome((db) => db.deleteFrom('items').where('n', '=', 9))).toEqual({ rows: [], changes: 2 });
    expect(await both.outcome((db) => db.deleteFrom('items').returning(['id', 'n']))).toEqual({
      rows: [{ id: idOf(1), n: 2 }],
      changes: 1,
    });
    expect(await both.outcome((db) => db.deleteFrom('items'))).toEqual({ rows: [], changes: 0 });
  });

  it('that meet a row leave it, change it, or change it under a condition', async () => {
    const both = pair();
    await both.add({ id: idOf(1), n: 1, t: 'old' });
    expect(await both.outcome(upsert((oc) => oc.doNothing()))).toEqual({ rows: [], changes: 0 });
    expect(await both.outcome((db) => upsert((oc) => oc.doNothing())(db).returning('id'))).toEqual({
      rows: [],
      changes: 0,
    });
    expect(await all(both)).toEqual([{ id: idOf(1), n: 1, t: 'old' }]);
    expect(
      await both.outcome(
        upsert((oc) =>
          oc.doUpdateSet((eb: Loose) => ({ n: eb('items.n', '+', eb.ref('excluded.n')), t: eb.ref('excluded.t') })),
        ),
      ),
    ).toEqual({ rows: [], changes: 1 });
    expect(await all(both)).toEqual([{ id: idOf(1), n: 6, t: 'new' }]);
    expect(await both.outcome(upsert((oc) => oc.doUpdateSet({ t: 'never' }).where('items.n', '>', 100)))).toEqual({
      rows: [],
      changes: 0,
    });
    expect(
      await both.outcome((db) =>
        upsert((oc) => oc.doUpdateSet({ t: 'again' }).where('items.n', '=', 6))(db).returning(['t', 'n']),
      ),
    ).toEqual({ rows: [{ t: 'again', n: 6 }], changes: 1 });
    expect(
      await both.outcome((db) =>
        db
          .insertInto('items')
          .values([{ id: idOf(1) }, { id: idOf(2) }])
          .onConflict((oc: Loose) => oc.columns(['user_id', 'id']).doNothing())
          .returning('id'),
      ),
    ).toEqual({ rows: [{ id: idOf(2) }], changes: 1 });
  });

  it('in bulk count what was new, also where rows meet each other', async () => {
    const both = pair();
    const rows = ['a', 'b', 'a', 'c', 'b', 'a'].map((code, n) => ({ id: newId(), n: n + 1, code }));
    for (const user of [both.sqlite, both.postgres]) {
      expect(await user.runMany(insertOrSkip as never, rows as never)).toBe(3);
      expect(await user.runMany(insertOrSkip as never, rows as never)).toBe(0);
      expect(await user.runMany(insertOrAdd as never, rows as never)).toBe(6);
      expect(await user.runMany(insertOrAdd as never, [])).toBe(0);
    }
    expect(await both.rows((db) => db.selectFrom('items').select(['code', 'n']).orderBy('code'))).toEqual([
      { code: 'a', n: 1 + 1 + 3 + 6 },
      { code: 'b', n: 2 + 2 + 5 },
      { code: 'c', n: 4 + 4 },
    ]);
  });

  it('take their rows from a select, with values of every type among them', async () => {
    const both = pair();
    await both.add({ id: idOf(1), n: 1, t: 'one', at: new Date(1) }, { id: idOf(2), n: 2, t: 'two' });
    expect(
      await both.outcome((db) =>
        db
          .insertInto('items')
          .columns(['id', 'part_of', 'n', 'big', 'r', 't', 'b', 'at', 'j'])
          .expression((eb: Loose) =>
            eb
              .selectFrom('items')
              .select([
                eb.val(idOf(3)).as('id'),
                'id as part_of',
                eb('n', '*', 10).as('n'),
                eb.val(2 ** 40).as('big'),
                eb.val(1).as('r'),
                eb.val('5').as('t'),
                eb.val(true).as('b'),
                eb.val(new Date(7)).as('at'),
                eb.val({ a: [1] }).as('j'),
              ])
              .where('n', '=', 2),
          )
          .returning(['id', 'part_of', 'n', 'big', 'r', 't', 'b', 'at', 'j']),
      ),
    ).toEqual({
      rows: [
        { id: idOf(3), part_of: idOf(2), n: 20, big: 2 ** 40, r: 1, t: '5', b: true, at: new Date(7), j: { a: [1] } },
      ],
      changes: 1,
    });
  });

  it('take what they set from other rows', async () => {
    const both = pair();
    await both.add(
      { id: idOf(1), n: 1 },
      { id: idOf(2), n: 2, part_of: idOf(1) },
      { id: idOf(3), n: 3, part_of: idOf(1) },
    );
    expect(
      await both.outcome((db) =>
        db
          .updateTable('items as child')
          .from('items as parent')
          .set((eb: Loose) => ({ n: eb('child.n', '+', eb.ref('parent.n')) }))
          .whereRef('parent.id', '=', 'child.part_of'),
      ),
    ).toEqual({ rows: [], changes: 2 });
    expect(
      await both.outcome((db) =>
        db
          .updateTable('items')
          .set((eb: Loose) => ({
            n: eb.selectFrom('items as i').select(eb.fn.max('i.n').as('m')),
            t: eb.case().when('n', '>', 1).then('more').else('one').end(),
          }))
          .where('id', '=', idOf(1))
          .returning(['n', 't']),
      ),
    ).toEqual({ rows: [{ n: 4, t: 'one' }], changes: 1 });
    expect(
      await both.outcome((db) =>
        db
          .deleteFrom('items')
          .where('id', 'in', db.selectFrom('items as i').select('i.id').where('i.part_of', 'is not', null)),
      ),
    ).toEqual({ rows: [], changes: 2 });
  });
});
