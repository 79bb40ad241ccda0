import { expect, it } from 'vitest';
import {
  defineQuery,
  ForbiddenError,
  newId,
  ReadOnlyError,
  TenancyViolationError,
  type UserHandle,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const insert = defineQuery('test.insert', (db, p: { id: string; title: string }) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: new Date(0), updated_at: new Date(0) }),
);
const insertReturning = defineQuery('test.insertReturning', (db, p: { id: string }) =>
  db
    .insertInto('conversations')
    .values({ id: p.id, created_at: new Date(0), updated_at: new Date(0) })
    .returning('id'),
);
const rename = defineQuery('test.rename', (db, p: { title: string }) =>
  db.updateTable('conversations').set({ title: p.title }),
);
const remove = defineQuery('test.remove', (db) => db.deleteFrom('conversations'));
const titles = defineQuery('test.titles', (db) => db.selectFrom('conversations').select('title').orderBy('title'));

const one = (): { id: string; title: string } => ({ id: newId(), title: 'one' });

async function titlesOf(user: UserHandle): Promise<(string | null)[]> {
  return (await user.all(titles)).map(({ title }) => title);
}

describeEngines('a handle through which somebody acts', (context) => {
  it('reaches the rows of its owner, and says who acts', async () => {
    const database = await context.open();
    expect(database.forUser('team')).toMatchObject({ userId: 'team', actor: 'team', isReadOnly: false });
    const user = database.forUser('team', { actor: 'ada' });
    expect(user).toMatchObject({ userId: 'team', actor: 'ada', isReadOnly: false });
    await user.run(insert, one());
    expect(await titlesOf(database.forUser('team'))).toEqual(['one']);
    expect(await titlesOf(database.forUser('ada'))).toEqual([]);
    expect(() => database.forUser('team', { actor: '' })).toThrow(ValidationError);
  });

  it('is taken wherever a user is, in the database that it is of', async () => {
    const [database, other] = [await context.open(), await context.open()];
    const user = database.forUser('team', { actor: 'ada' });
    expect(database.forUser(user)).toBe(user);
    expect(await database.transaction(user, async ({ actor }) => actor)).toBe('ada');
    expect(() => other.forUser(user)).toThrow(TenancyViolationError);
  });

  it('hands itself on to the handles that are made in its transaction', async () => {
    const database = await context.open();
    const user = database.forUser('team', { actor: 'ada' });
    await user.transaction(async () => {
      expect(database.forUser('team').actor).toBe('ada');
      await user.savepoint(async () => expect(database.forUser('team').actor).toBe('ada'));
      await database.transaction('team', async ({ actor }) => expect(actor).toBe('ada'));
      // Whose rows they are is what counts, not who acts.
      await expect(database.forUser('eve').all(titles)).rejects.toThrow(TenancyViolationError);
      await expect(database.forUser('ada').all(titles)).rejects.toThrow(TenancyViolationError);
    });
    expect(database.forUser('team').actor).toBe('team');
    const reader = database.forUser('team', { actor: 'bob', readOnly: true });
    await database.transaction('team', async (team) => {
      await reader.transaction(async () => {
        expect(database.forUser('team')).toMatchObject({ actor: 'bob', isReadOnly: true });
      });
      expect(database.forUser('team').actor).toBe('team');
      await team.run(insert, one());
    });
  });

  it('writes nothing when it only reads, whichever way it is asked', async () => {
    const database = await context.open();
    await database.forUser('team').run(insert, one());
    const user = database.forUser('team', { actor: 'ada', readOnly: true });
    const ways: (() => Promise<unknown>)[] = [
      () => user.run(insert, one()),
      () => user.run(rename, { title: 'other' }),
      () => user.run(remove),
      () => user.first(insertReturning, { id: newId() }),
      () => user.all(insertReturning, { id: newId() }),
      () => user.runMany(insert, [one(), one()]),
      () => user.stream(insertReturning, { id: newId() }).next(),
      () => user.run((db) => db.deleteFrom('conversations')),
      () => user.transaction(() => user.run(remove)),
      // Rows are locked to be changed, and not every engine lets one do so where it only reads.
      () => user.transaction(() => user.all((db) => db.selectFrom('conversations').select('id').forUpdate())),
      () => database.transaction('team', () => user.run(remove)),
      () => user.transaction(() => database.forUser('team').run(remove)),
      () => user.transaction(() => user.savepoint(() => user.run(remove))),
    ];
    for (const [number, way] of ways.entries()) {
      const error = await way().catch((caught: unknown) => caught);
      expect(error, `way ${number}`).toBeInstanceOf(ForbiddenError);
      expect((error as ForbiddenError).message).toContain('ada may only read the rows of team');
    }
    // A handle that was made before has its own rights, but the transaction itself has none to write.
    const before = database.forUser('team');
    await expect(user.transaction(() => before.run(remove))).rejects.toThrow(ReadOnlyError);
    expect(await titlesOf(user)).toEqual(['one']);
    expect(await user.transaction(() => titlesOf(user))).toEqual(['one']);
  });

  it('tells of the first write of each transaction, and of nothing that is undone', async () => {
    const database = await context.open();
    const plain = database.forUser('team', { actor: 'ada' });
    const user = database.forUser('team', {
      actor: 'ada',
      beforeWrite: async () => void (await plain.run(insert, { id: newId(), title: 'told' })),
    });
    const told = async (): Promise<number> => (await titlesOf(plain)).filter((title) => title === 'told').length;
    await titlesOf(user);
    expect(await told()).toBe(0);
    await user.run(insert, one());
    expect(await told()).toBe(1);
    await user.transaction(async () => {
      await titlesOf(user);
      await user.run(insert, one());
      await database.forUser('team').run(insert, one());
      await user.runMany(insert, [one(), one()]);
    });
    expect(await told()).toBe(2);
    for await (const _ of user.stream(insertReturning, { id: newId() }));
    expect(await told()).toBe(3);
    await user.runMany(insert, [one()]);
    expect(await told()).toBe(4);
    const failure = new Error('mine');
    const undone = user.transaction(async () => {
      await user.run(insert, one());
      throw failure;
    });
    await expect(undone).rejects.toBe(failure);
    expect(await told()).toBe(4);
    // What was told in a savepoint is undone with it; what is written afterwards is told of again.
    await user.transaction(async () => {
      const inner = user.savepoint(async () => {
        await user.run(insert, one());
        throw failure;
      });
      await expect(inner).rejects.toBe(failure);
      await user.run(insert, one());
      await user.savepoint(() => user.run(insert, one()));
    });
    expect(await told()).toBe(5);
  });
});
