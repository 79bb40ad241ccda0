import { ForeignKeyViolationError, KeelsonError, newId } from '@keelson/db-core';
import { expect, it } from 'vitest';
import { anyQuery } from '../isolation/fixture.ts';
import { type Build, describeParity, idOf, type Pair, type Loose } from './both.ts';

interface Failure {
  readonly name: string;
  readonly code: string;
  readonly status: number;
  readonly retriable: boolean;
  readonly hint: string;
}

/** The error on each engine, which must be of the same class; gives both, for their details. */
async function failures(both: Pair, build: Build): Promise<readonly KeelsonError[]> {
  const errors: KeelsonError[] = [];
  for (const user of [both.sqlite, both.postgres]) {
    try {
      await user.run(anyQuery('failing', build as never));
      throw new Error('It did not fail.');
    } catch (error) {
      if (!(error instanceof KeelsonError)) throw error;
      errors.push(error);
    }
  }
  const [sqlite, postgres] = errors.map(({ name, code, status, retriable, hint }): Failure => ({
    name,
    code,
    status,
    retriable,
    hint,
  }));
  expect(postgres).toEqual(sqlite);
  return errors;
}

describeParity('violations', (pair) => {
  it('of a primary key are the same', async () => {
    const both = pair();
    await both.add({ id: idOf(1) });
    const errors = await failures(both, (db) => db.insertInto('items').values({ id: idOf(1) }));
    for (const { code, details } of errors) {
      expect(code).toBe('UNIQUE_VIOLATION');
      expect(details).toMatchObject({ table: 'items', columns: ['user_id', 'id'] });
    }
  });

  it('of a unique key are the same, and null is never the same', async () => {
    const both = pair();
    await both.add({ code: 'a' }, { code: null }, { code: null });
    const errors = await failures(both, (db) => db.insertInto('items').values({ id: newId(), code: 'a' }));
    for (const { code, details } of errors) {
      expect(code).toBe('UNIQUE_VIOLATION');
      expect(details).toMatchObject({ table: 'items', columns: ['user_id', 'code'] });
    }
    await both.add({ code: 'A' }, { code: 'a ' });
  });

  it('of a foreign key are the same, both ways', async () => {
    const both = pair();
    await both.add({ id: idOf(1) }, { id: idOf(2), part_of: idOf(1) });
    for (const build of [
      (db: Loose) => db.insertInto('items').values({ id: newId(), part_of: idOf(9) }),
      (db: Loose) =>
        db
          .updateTable('items')
          .set({ part_of: idOf(9) })
          .where('id', '=', idOf(2)),
      (db: Loose) => db.deleteFrom('items').where('id', '=', idOf(1)),
    ]) {
      for (const error of await failures(both, build)) expect(error).toBeInstanceOf(ForeignKeyViolationError);
    }
    // Parent and child together can go.
    expect(await both.outcome((db) => db.deleteFrom('items'))).toEqual({ rows: [], changes: 2 });
  });

  it('of a check are the same', async () => {
    const both = pair();
    await both.add({ id: idOf(1) });
    for (const row of [
      { code: '' },
      { code: 'toolong' },
      { code: '👩👩👩👩👩👩' },
      { kind: 'three' },
      { level: 10 },
      { level: -1 },
    ]) {
      const [column] = Object.keys(row);
      for (const build of [
        (db: Loose) => db.insertInto('items').values({ id: newId(), ...row }),
        (db: Loose) => db.updateTable('items').set(row).where('id', '=', idOf(1)),
      ]) {
        for (const { code, details } of await failures(both, build)) {
          expect(code).toBe('CHECK_VIOLATION');
          expect(details).toMatchObject({ constraint: `items_${column}_check` });
        }
      }
    }
    // Five characters are five, whatever they weigh.
    await both.add({ code: '👩👩👩👩👩' });
  });

  it('of what must have a value are the same', async () => {
    const both = pair();
    await both.add({ id: idOf(1) });
    for (const build of [
      (db: Loose) => db.insertInto('items').values({ id: newId(), kind: null }),
      (db: Loose) => db.updateTable('items').set({ kind: null }),
      (db: Loose) => db.insertInto('items').values({ t: 'no id' }),
    ]) {
      for (const { code, details } of await failures(both, build)) {
        expect(code).toBe('NOT_NULL_VIOLATION');
        expect(details).toMatchObject({ table: 'items' });
        expect(['kind', 'id']).toContain((details['columns'] as string[])[0]);
      }
    }
  });

  it('of rows that may not change are the same', async () => {
    const both = pair();
    const now = new Date(5);
    for (const user of [both.sqlite, both.postgres]) {
      await user.run((db) => db.insertInto('conversations').values({ id: idOf(1), created_at: now, updated_at: now }));
      await user.run((db) =>
        db
          .insertInto('conversation_messages')
          .values({ id: idOf(2), conversation_id: idOf(1), seq: 1, role: 'user', content: 'x', created_at: now }),
      );
    }
    for (const build of [
      (db: Loose) => db.updateTable('conversation_messages').set({ content: 'y' }),
      (db: Loose) => db.deleteFrom('conversation_messages'),
    ]) {
      for (const { code } of await failures(both, build)) expect(code).toBe('IMMUTABLE_ROW');
    }
    expect(await both.values((db) => db.selectFrom('conversation_messages').select('content'))).toEqual(['x']);
  });

  it('that wait for the end of the transaction are the same', async () => {
    const both = pair();
    const now = new Date(5);
    for (const user of [both.sqlite, both.postgres]) {
      const broken = user.transaction(async () => {
        await user.run((db) =>
          db
            .insertInto('conversations')
            .values({ id: idOf(1), active_leaf_id: idOf(9), created_at: now, updated_at: now }),
        );
        // Not yet: the leaf could still come.
        expect((await user.all((db) => db.selectFrom('conversations').select('id'))).length).toBe(1);
      });
      await expect(broken).rejects.toThrow(ForeignKeyViolationError);
      expect(await user.all((db) => db.selectFrom('conversations').select('id'))).toEqual([]);
      await expect(
        user.run((db) =>
          db
            .insertInto('conversations')
            .values({ id: idOf(1), active_leaf_id: idOf(9), created_at: now, updated_at: now }),
        ),
      ).rejects.toThrow(ForeignKeyViolationError);
    }
  });

  it('in a transaction end it, and in a savepoint only that', async () => {
    const both = pair();
    await both.add({ id: idOf(1), code: 'a' });
    const insert =
      (id: string, code: string): Build =>
      (db) =>
        db.insertInto('items').values({ id, code });
    for (const user of [both.sqlite, both.postgres]) {
      const run = (build: Build) => user.run(anyQuery('x', build as never));
      const aborted = await user
        .transaction(async () => {
          await run(insert(idOf(2), 'b'));
          await run(insert(idOf(3), 'a')).catch(() => undefined);
          await run(insert(idOf(4), 'c'));
        })
        .catch((error: KeelsonError) => error.code);
      expect(aborted).toBe('TRANSACTION_ABORTED');
      await user.transaction(async () => {
        await run(insert(idOf(5), 'd'));
        await user.savepoint(() => run(insert(idOf(6), 'a'))).catch(() => undefined);
        await run(insert(idOf(7), 'e'));
      });
    }
    expect(await both.values((db) => db.selectFrom('items').select('code').orderBy('code'))).toEqual(['a', 'd', 'e']);
  });
});
