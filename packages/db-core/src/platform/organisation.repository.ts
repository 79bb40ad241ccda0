import { defineSystemQuery } from '../database/query.ts';
import type { MemberRole } from '../schema/enumerations.ts';

const columns = ['id', 'name', 'created_at', 'updated_at', 'version'] as const;

export const insert = defineSystemQuery('organisations.insert', (db, p: { id: string; name: string; now: Date }) =>
  db
    .insertInto('organisations')
    .values({ id: p.id, name: p.name, created_at: p.now, updated_at: p.now })
    .returning(columns),
);

export const findById = defineSystemQuery('organisations.findById', (db, p: { id: string }) =>
  db.selectFrom('organisations').select(columns).where('id', '=', p.id),
);

/** The first statement of every change of members: the row is held until the transaction ends, so that they take turns. */
export const hold = defineSystemQuery('organisations.hold', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('organisations')
    .set((eb) => ({ updated_at: p.now, version: eb('version', '+', 1) }))
    .where('id', '=', p.id)
    .returning(columns),
);

interface PageAfter {
  readonly after: string;
  readonly limit: number;
}

export const list = defineSystemQuery('organisations.list', (db, p: PageAfter) =>
  db.selectFrom('organisations').select(columns).where('id', '>', p.after).orderBy('id').limit(p.limit),
);

export const listOfMember = defineSystemQuery('organisations.listOfMember', (db, p: PageAfter & { memberId: string }) =>
  db
    .selectFrom('memberships')
    .innerJoin('organisations', 'organisations.id', 'memberships.organisation_id')
    .select([
      'organisations.id',
      'organisations.name',
      'organisations.created_at',
      'organisations.updated_at',
      'organisations.version',
    ])
    .where('memberships.member_id', '=', p.memberId)
    .where('memberships.organisation_id', '>', p.after)
    .orderBy('memberships.organisation_id')
    .limit(p.limit),
);

const memberColumns = ['organisation_id', 'member_id', 'role', 'created_at', 'updated_at'] as const;

interface MemberKey {
  readonly organisationId: string;
  readonly memberId: string;
}

/** Gives nothing when this is a member already. */
export const insertMember = defineSystemQuery(
  'organisations.insertMember',
  (db, p: MemberKey & { role: MemberRole; now: Date }) =>
    db
      .insertInto('memberships')
      .values({
        organisation_id: p.organisationId,
        member_id: p.memberId,
        role: p.role,
        created_at: p.now,
        updated_at: p.now,
      })
      .onConflict((conflict) => conflict.columns(['organisation_id', 'member_id']).doNothing())
      .returning(memberColumns),
);

export const findMember = defineSystemQuery('organisations.findMember', (db, p: MemberKey) =>
  db
    .selectFrom('memberships')
    .select(memberColumns)
    .where('organisation_id', '=', p.organisationId)
    .where('member_id', '=', p.memberId),
);

export const listMembers = defineSystemQuery(
  'organisations.listMembers',
  (db, p: PageAfter & { organisationId: string }) =>
    db
      .selectFrom('memberships')
      .select(memberColumns)
      .where('organisation_id', '=', p.organisationId)
      .where('member_id', '>', p.after)
      .orderBy('member_id')
      .limit(p.limit),
);

export const setRole = defineSystemQuery(
  'organisations.setRole',
  (db, p: MemberKey & { role: MemberRole; now: Date }) =>
    db
      .updateTable('memberships')
      .set({ role: p.role, updated_at: p.now })
      .where('organisation_id', '=', p.organisationId)
      .where('member_id', '=', p.memberId)
      .returning(memberColumns),
);

export const removeMember = defineSystemQuery('organisations.removeMember', (db, p: MemberKey) =>
  db.deleteFrom('memberships').where('organisation_id', '=', p.organisationId).where('member_id', '=', p.memberId),
);

export const findOwner = defineSystemQuery('organisations.findOwner', (db, p: { organisationId: string }) =>
  db
    .selectFrom('memberships')
    .select('member_id')
    .where('organisation_id', '=', p.organisationId)
    .where('role', '=', 'owner')
    .limit(1),
);
