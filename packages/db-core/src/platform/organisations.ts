import * as z from 'zod';
import type { Database } from '../database/database.ts';
import type { SystemHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import { userIdSchema } from '../database/user-id.ts';
import { MEMBER_ROLES, type MemberRole } from '../schema/enumerations.ts';
import { recordFor } from './audit-event.ts';
import { type By, OPERATOR, parseBy } from './by.ts';
import { LastOwnerError, MemberExistsError, MemberNotFoundError, OrganisationNotFoundError } from './errors.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from './input.ts';
import { assertManages, type Rights } from './member-rights.ts';
import {
  type Member,
  type MemberRow,
  type Organisation,
  type OrganisationRow,
  toMember,
  toOrganisation,
} from './organisation.ts';
import * as queries from './organisation.repository.ts';

export interface CreateOrganisation {
  /** 1–200 characters. */
  readonly name: string;
  /** Its first owner: the id by which that person owns rows of their own. */
  readonly owner: string;
}

export interface MemberInput {
  readonly organisationId: string;
  /** A person's id; it needs no account. */
  readonly memberId: string;
}

const idSchema = z.uuid('must be a UUID').toLowerCase();
const roleSchema = z.enum(MEMBER_ROLES, `must be one of ${MEMBER_ROLES.join(', ')}`);
const createSchema = z.strictObject({ name: boundedText(200), owner: userIdSchema });
const oneSchema = z.strictObject({ organisationId: idSchema });
const memberShape = { organisationId: idSchema, memberId: userIdSchema };
const memberSchema = z.strictObject(memberShape);
const memberWithRoleSchema = z.strictObject({ ...memberShape, role: roleSchema });
const listSchema = z.strictObject({ ...pageShape, memberId: userIdSchema.optional() });
const membersSchema = z.strictObject({ ...pageShape, organisationId: idSchema });
const cursorSchema = z.strictObject({ cursor: idSchema });

const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

/** What a change of members works with: the organisation is held, and it is known what the person may do. */
interface Change {
  readonly system: SystemHandle;
  readonly organisationId: string;
  readonly rights: Rights;
  readonly now: Date;
  /** Notes it in the organisation's audit. */
  readonly record: (
    action: string,
    memberId: string,
    roles: { before?: MemberRole; after?: MemberRole },
  ) => Promise<void>;
}

/**
 * Organisations and who belongs to them. An organisation's id can own rows like a person's; `acting` gives its members a
 * handle for them. Whoever changes members says who they are (`by`): the rules hold for them, and the audit names them.
 * `OPERATOR` may do everything but leave an organisation without an owner. To somebody who isn't a member an organisation
 * looks as if it weren't there.
 *
 * @example
 * ```ts
 * const organisations = new Organisations(database);
 * const { id } = await organisations.create({ name: 'Analytical Engines', owner: 'ada' });
 * await organisations.addMember({ organisationId: id, memberId: 'bob', role: 'viewer' }, { userId: 'ada' });
 * ```
 */
export class Organisations {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By default its owner makes it. */
  async create(input: CreateOrganisation, by?: By): Promise<Organisation> {
    const { name, owner } = parseInput(createSchema, input);
    const id = newId();
    const now = new Date();
    const of = { by: by ?? { userId: owner }, userId: id };
    return this.#system('create an organisation').transaction(async (system) => {
      const row = await system.first(queries.insert, { id, name, now });
      const organisation = toOrganisation(row as OrganisationRow);
      await system.run(queries.insertMember, { organisationId: id, memberId: owner, role: 'owner', now });
      const created = { action: 'organisation.created', entity: 'organisation', entityId: id };
      await recordFor(system, { ...of, ...created, after: { name } });
      const added = { action: 'member.added', entity: 'member', entityId: owner };
      await recordFor(system, { ...of, ...added, after: { role: 'owner' } });
      return organisation;
    });
  }

  /** @throws OrganisationNotFoundError when there is none, or `by` isn't a member */
  async get(organisationId: string, by: By): Promise<Organisation> {
    const { organisationId: id } = parseInput(oneSchema, { organisationId });
    const system = this.#system('find an organisation');
    const row = await system.first(queries.findById, { id });
    if (row === undefined) throw notFound(id);
    await rightsOf(system, id, by);
    return toOrganisation(row);
  }

  /** All of them, or those that somebody belongs to, in the order in which they were made. */
  async list(input: { memberId?: string; limit?: number; cursor?: string | null } = {}): Promise<Page<Organisation>> {
    const { memberId, limit, cursor } = parseInput(listSchema, input);
    const after =
      cursor === null || cursor === undefined
        ? BEFORE_ALL_IDS
        : parseInput(cursorSchema, { cursor: decodeCursor(cursor) }).cursor;
    const system = this.#system('list organisations');
    const page = { after, limit: limit + 1 };
    const rows =
      memberId === undefined
        ? await system.all(queries.list, page)
        : await system.all(queries.listOfMember, { ...page, memberId });
    return pageOf(rows, limit, { item: toOrganisation, key: ({ id }) => id });
  }

  /** By their ids. @throws OrganisationNotFoundError when there is none, or `by` isn't a member */
  async members(
    input: { organisationId: string; limit?: number; cursor?: string | null },
    by: By,
  ): Promise<Page<Member>> {
    const { organisationId, limit, cursor } = parseInput(membersSchema, input);
    await this.get(organisationId, by);
    const rows = await this.#system('list members').all(queries.listMembers, {
      organisationId,
      after: decodeCursor(cursor),
      limit: limit + 1,
    });
    return pageOf(rows, limit, { item: toMember, key: (row) => row.member_id });
  }

  /**
   * Owners and admins add members; only owners add owners.
   *
   * @throws OrganisationNotFoundError, ForbiddenError, or MemberExistsError
   */
  async addMember(input: MemberInput & { readonly role: MemberRole }, by: By): Promise<Member> {
    const { organisationId, memberId, role } = parseInput(memberWithRoleSchema, input);
    return this.#change(organisationId, by, async ({ system, rights, now, record }) => {
      assertManages(rights, role);
      const row = await system.first(queries.insertMember, { organisationId, memberId, role, now });
      if (row === undefined)
        throw new MemberExistsError(`${memberId} is a member already.`, { details: { organisationId, memberId } });
      await record('member.added', memberId, { after: role });
      return toMember(row);
    });
  }

  /**
   * Owners change every role, admins those of members who are no owners, to any but owner.
   *
   * @throws OrganisationNotFoundError, ForbiddenError, MemberNotFoundError, or LastOwnerError
   */
  async changeRole(input: MemberInput & { readonly role: MemberRole }, by: By): Promise<Member> {
    const { organisationId, memberId, role } = parseInput(memberWithRoleSchema, input);
    return this.#change(organisationId, by, async (change) => {
      const before = await findMember(change, memberId);
      assertManages(change.rights, before.role, role);
      if (before.role === role) return toMember(before);
      const { now } = change;
      const row = await change.system.first(queries.setRole, { organisationId, memberId, role, now });
      await assertOwned(change);
      await change.record('member.changed', memberId, { before: before.role, after: role });
      return toMember(row as MemberRow);
    });
  }

  /**
   * Everybody may leave; owners remove everybody, admins those who are no owners.
   *
   * @throws OrganisationNotFoundError, ForbiddenError, MemberNotFoundError, or LastOwnerError
   */
  async removeMember(input: MemberInput, by: By): Promise<void> {
    const { organisationId, memberId } = parseInput(memberSchema, input);
    await this.#change(organisationId, by, async (change) => {
      const leaves = by !== OPERATOR && by.userId === memberId;
      if (!leaves) assertManages(change.rights);
      const { role } = await findMember(change, memberId);
      if (!leaves) assertManages(change.rights, role);
      await change.system.run(queries.removeMember, { organisationId, memberId });
      await assertOwned(change);
      await change.record('member.removed', memberId, { before: role });
    });
  }

  /** One change after the other: whether an owner is left can't be told while another change is under way. */
  async #change<T>(organisationId: string, by: By, work: (change: Change) => Promise<T>): Promise<T> {
    return this.#system('change the members of an organisation').transaction(async (system) => {
      const now = new Date();
      const held = await system.first(queries.hold, { id: organisationId, now });
      if (held === undefined) throw notFound(organisationId);
      const rights = await rightsOf(system, organisationId, by);
      const record: Change['record'] = (action, memberId, { before, after }) =>
        recordFor(system, {
          by,
          userId: organisationId,
          action,
          entity: 'member',
          entityId: memberId,
          ...(before === undefined ? {} : { before: { role: before } }),
          ...(after === undefined ? {} : { after: { role: after } }),
        });
      return work({ system, organisationId, rights, now, record });
    });
  }

  #system(reason: string): SystemHandle {
    return this.#database.system(`organisations: ${reason}`);
  }
}

async function rightsOf(system: SystemHandle, organisationId: string, by: By): Promise<Rights> {
  if (by === OPERATOR) return 'operator';
  const row = await system.first(queries.findMember, { organisationId, memberId: parseBy(by).userId });
  if (row === undefined) throw notFound(organisationId);
  return row.role;
}

async function findMember({ system, organisationId }: Change, memberId: string): Promise<MemberRow> {
  const row = await system.first(queries.findMember, { organisationId, memberId });
  if (row !== undefined) return row;
  throw new MemberNotFoundError(`${memberId} is not a member.`, { details: { organisationId, memberId } });
}

async function assertOwned({ system, organisationId }: Change): Promise<void> {
  if ((await system.first(queries.findOwner, { organisationId })) !== undefined) return;
  throw new LastOwnerError('This is the last owner of the organisation.', { details: { organisationId } });
}

function notFound(organisationId: string): OrganisationNotFoundError {
  return new OrganisationNotFoundError(`There is no organisation ${organisationId}.`, { details: { organisationId } });
}
