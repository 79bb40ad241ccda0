import { expect, it } from 'vitest';
import {
  Audit,
  ForbiddenError,
  LastOwnerError,
  MemberExistsError,
  MemberNotFoundError,
  type MemberRole,
  newId,
  OPERATOR,
  OrganisationNotFoundError,
  Organisations,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const by = (userId: string) => ({ userId });

describeEngines('organisations', (context) => {
  /** One with a member of each role, named after it. */
  async function staffed() {
    const database = await context.open();
    const organisations = new Organisations(database);
    const { id } = await organisations.create({ name: 'Engines', owner: 'owner' });
    for (const role of ['admin', 'member', 'viewer'] as const)
      await organisations.addMember({ organisationId: id, memberId: role, role }, by('owner'));
    const rolesOf = async (): Promise<Record<string, MemberRole>> =>
      Object.fromEntries(
        (await organisations.members({ organisationId: id }, OPERATOR)).items.map(({ memberId, role }) => [
          memberId,
          role,
        ]),
      );
    return { database, organisations, organisationId: id, rolesOf };
  }

  it('have an owner from the beginning, and are seen by their members only', async () => {
    const organisations = new Organisations(await context.open());
    const made = await organisations.create({ name: ' Engines ', owner: 'ada' });
    expect(made).toMatchObject({ name: 'Engines', version: 1 });
    expect(await organisations.get(made.id.toUpperCase(), by('ada'))).toEqual(made);
    expect(await organisations.get(made.id, OPERATOR)).toEqual(made);
    const foreign = await organisations.get(made.id, by('eve')).catch((error: unknown) => error);
    const missing = newId();
    const absent = await organisations.get(missing, by('eve')).catch((error: unknown) => error);
    expect(foreign).toBeInstanceOf(OrganisationNotFoundError);
    expect(String(foreign).replace(made.id, 'X')).toBe(String(absent).replace(missing, 'X'));
    for (const attempt of [
      () => organisations.members({ organisationId: made.id }, by('eve')),
      () => organisations.addMember({ organisationId: made.id, memberId: 'eve', role: 'viewer' }, by('eve')),
      () => organisations.removeMember({ organisationId: made.id, memberId: 'ada' }, by('eve')),
      () => organisations.removeMember({ organisationId: made.id, memberId: 'eve' }, by('eve')),
      // The operator's rights are those of one object, and of no name.
      () => organisations.get(made.id, { ...OPERATOR }),
    ])
      await expect(attempt()).rejects.toBeInstanceOf(OrganisationNotFoundError);
  });

  it('are listed with pages, all of them or those of one member', async () => {
    const organisations = new Organisations(await context.open());
    for (const [name, owner] of [
      ['one', 'ada'],
      ['two', 'bob'],
      ['three', 'ada'],
    ] as const)
      await organisations.create({ name, owner });
    const names = async (input: { memberId?: string; limit: number; cursor?: string | null }) => {
      const { items, nextCursor } = await organisations.list(input);
      return { names: items.map(({ name }) => name), nextCursor };
    };
    const first = await names({ limit: 2 });
    expect(first.names).toEqual(['one', 'two']);
    expect(await names({ limit: 2, cursor: first.nextCursor })).toEqual({ names: ['three'], nextCursor: null });
    const adas = await names({ memberId: 'ada', limit: 1 });
    expect(adas.names).toEqual(['one']);
    expect(await names({ memberId: 'ada', limit: 1, cursor: adas.nextCursor })).toMatchObject({ names: ['three'] });
    expect(await names({ memberId: 'eve', limit: 5 })).toEqual({ names: [], nextCursor: null });
  });

  it('have their members managed by owners and admins, and owners by owners only', async () => {
    const { organisations, organisationId, rolesOf } = await staffed();
    const add = (memberId: string, role: MemberRole, who: string) =>
      organisations.addMember({ organisationId, memberId, role }, by(who));
    const change = (memberId: string, role: MemberRole, who: string) =>
      organisations.changeRole({ organisationId, memberId, role }, by(who));
    const remove = (memberId: string, who: string) => organisations.removeMember({ organisationId, memberId }, by(who));
    for (const refused of [
      () => add('new', 'viewer', 'member'),
      () => add('new', 'viewer', 'viewer'),
      () => add('new', 'owner', 'admin'),
      () => change('viewer', 'member', 'member'),
      () => change('admin', 'owner', 'admin'),
      () => change('owner', 'member', 'admin'),
      () => change('viewer', 'owner', 'viewer'),
      () => remove('owner', 'admin'),
      () => remove('viewer', 'member'),
      () => remove('nobody', 'member'),
    ])
      await expect(refused()).rejects.toBeInstanceOf(ForbiddenError);
    await expect(add('viewer', 'member', 'owner')).rejects.toBeInstanceOf(MemberExistsError);
    await expect(change('nobody', 'member', 'owner')).rejects.toBeInstanceOf(MemberNotFoundError);
    await expect(remove('nobody', 'owner')).rejects.toBeInstanceOf(MemberNotFoundError);
    expect(await rolesOf()).toEqual({ owner: 'owner', admin: 'admin', member: 'member', viewer: 'viewer' });

    expect(await change('viewer', 'member', 'admin')).toMatchObject({ memberId: 'viewer', role: 'member' });
    await remove('viewer', 'admin');
    await remove('member', 'member');
    await add('second', 'owner', 'owner');
    await change('owner', 'viewer', 'second');
    expect(await rolesOf()).toEqual({ owner: 'viewer', admin: 'admin', second: 'owner' });
  });

  it('are never left without an owner, by whomever and however many leave at once', async () => {
    const { organisations, organisationId, rolesOf } = await staffed();
    const alone = { organisationId, memberId: 'owner' };
    await expect(organisations.removeMember(alone, by('owner'))).rejects.toBeInstanceOf(LastOwnerError);
    await expect(organisations.removeMember(alone, OPERATOR)).rejects.toBeInstanceOf(LastOwnerError);
    await expect(organisations.changeRole({ ...alone, role: 'admin' }, by('owner'))).rejects.toBeInstanceOf(
      LastOwnerError,
    );
    const owners = ['owner', 'second', 'third', 'fourth'];
    for (const memberId of owners.slice(1))
      await organisations.addMember({ organisationId, memberId, role: 'owner' }, by('owner'));
    const outcomes = await Promise.allSettled(
      owners.map((memberId, number) =>
        number % 2 === 0
          ? organisations.removeMember({ organisationId, memberId }, by(memberId))
          : organisations.changeRole({ organisationId, memberId, role: 'member' }, by(memberId)),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => reason as unknown)).toEqual([expect.any(LastOwnerError)]);
    expect(Object.values(await rolesOf()).filter((role) => role === 'owner')).toHaveLength(1);
  });

  it('add the same person once, when two do it at the same time', async () => {
    const { organisations, organisationId } = await staffed();
    const outcomes = await Promise.allSettled(
      (['member', 'viewer'] as const).map((role) =>
        organisations.addMember({ organisationId, memberId: 'new', role }, by('owner')),
      ),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('have in their audit who changed them, and nothing of what was refused', async () => {
    const { database, organisations, organisationId } = await staffed();
    await organisations.changeRole(
      { organisationId, memberId: 'viewer', role: 'member' },
      { userId: 'admin', requestId: 'req-7' },
    );
    await organisations.removeMember({ organisationId, memberId: 'viewer' }, OPERATOR);
    await organisations.removeMember({ organisationId, memberId: 'admin' }, by('member')).catch(() => undefined);
    const { items } = await new Audit(database).list(organisationId);
    expect(items.map(({ actorId, action, entityId, requestId }) => [actorId, action, entityId, requestId])).toEqual([
      ['keelson:system', 'member.removed', 'viewer', null],
      ['admin', 'member.changed', 'viewer', 'req-7'],
      ['owner', 'member.added', 'viewer', null],
      ['owner', 'member.added', 'member', null],
      ['owner', 'member.added', 'admin', null],
      ['owner', 'member.added', 'owner', null],
      ['owner', 'organisation.created', organisationId, null],
    ]);
    expect(items[0]?.beforeDigest).toBe(items[1]?.afterDigest);
  });

  it.each<[Record<string, unknown>]>([
    [{ name: '' }],
    [{ name: 'x'.repeat(201) }],
    [{ owner: '' }],
    [{ color: 'red' }],
  ])('refuse %j', async (wrong) => {
    const organisations = new Organisations(await context.open());
    const input = { name: 'Engines', owner: 'ada', ...wrong };
    await expect(organisations.create(input)).rejects.toBeInstanceOf(ValidationError);
    const role = 'king' as MemberRole;
    const member = { organisationId: newId(), memberId: 'bob', role };
    await expect(organisations.addMember(member, OPERATOR)).rejects.toBeInstanceOf(ValidationError);
    await expect(organisations.get('x', OPERATOR)).rejects.toBeInstanceOf(ValidationError);
  });
});
