import { expect, it } from 'vitest';
import {
  acting,
  Audit,
  type Database,
  defineQuery,
  ForbiddenError,
  newId,
  NotAMemberError,
  OPERATOR,
  Organisations,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const insert = defineQuery('test.insert', (db, p: { id: string }) =>
  db.insertInto('conversations').values({ id: p.id, created_at: new Date(0), updated_at: new Date(0) }),
);
const list = defineQuery('test.list', (db) => db.selectFrom('conversations').select('id'));

async function organisationOf(database: Database): Promise<string> {
  const organisations = new Organisations(database);
  const { id } = await organisations.create({ name: 'Engines', owner: 'ada' });
  await organisations.addMember({ organisationId: id, memberId: 'bob', role: 'member' }, OPERATOR);
  await organisations.addMember({ organisationId: id, memberId: 'cleo', role: 'viewer' }, OPERATOR);
  return id;
}

describeEngines('acting for an organisation', (context) => {
  it('reaches its rows and leaves a trace of who wrote, by transaction', async () => {
    const database = await context.open();
    const organisationId = await organisationOf(database);
    const bob = await acting(database, { userId: 'bob', organisationId, requestId: 'req-1' });
    expect(bob).toMatchObject({ userId: organisationId, actor: 'bob', isReadOnly: false });
    await bob.run(insert, { id: newId() });
    await bob.transaction(async () => {
      await bob.run(insert, { id: newId() });
      await database.forUser(organisationId).run(insert, { id: newId() });
    });
    const failure = new Error('mine');
    const undone = bob.transaction(async () => {
      await bob.run(insert, { id: newId() });
      throw failure;
    });
    await expect(undone).rejects.toBe(failure);
    expect(await database.forUser(organisationId).all(list)).toHaveLength(3);
    expect(await database.forUser('bob').all(list)).toEqual([]);
    const { items } = await new Audit(database).list(organisationId, { action: 'rows.written' });
    expect(items).toMatchObject([
      { userId: organisationId, actorId: 'bob', requestId: 'req-1' },
      { userId: organisationId, actorId: 'bob', requestId: 'req-1' },
    ]);
  });

  it('only reads for a viewer', async () => {
    const database = await context.open();
    const organisationId = await organisationOf(database);
    await database.forUser(organisationId).run(insert, { id: newId() });
    const cleo = await acting(database, { userId: 'cleo', organisationId });
    expect(await cleo.all(list)).toHaveLength(1);
    await expect(cleo.run(insert, { id: newId() })).rejects.toThrow(ForbiddenError);
    await expect(cleo.transaction(() => cleo.run(insert, { id: newId() }))).rejects.toThrow(ForbiddenError);
  });

  it('is refused in the same words to others, and where there is no organisation', async () => {
    const database = await context.open();
    const organisationId = await organisationOf(database);
    const attempts = [organisationId, newId(), 'nonsense', '', 'ada', undefined as unknown as string];
    const errors = await Promise.all(
      attempts.map((id) => acting(database, { userId: 'eve', organisationId: id }).catch((error: unknown) => error)),
    );
    expect(errors.every((error) => error instanceof NotAMemberError)).toBe(true);
    expect(
      new Set(errors.map((error) => JSON.stringify([String(error), (error as NotAMemberError).details]))),
    ).toHaveProperty('size', 1);
    await expect(acting(database, { userId: '', organisationId })).rejects.toThrow(ValidationError);
  });

  it('ends with the membership, for handles that are made afterwards', async () => {
    const database = await context.open();
    const organisationId = await organisationOf(database);
    const kept = await acting(database, { userId: 'bob', organisationId });
    await new Organisations(database).removeMember({ organisationId, memberId: 'bob' }, { userId: 'bob' });
    await expect(acting(database, { userId: 'bob', organisationId })).rejects.toThrow(NotAMemberError);
    // A handle isn't taken back: it is to be made anew for each request.
    expect(await kept.all(list)).toEqual([]);
  });
});
