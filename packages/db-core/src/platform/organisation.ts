import type { RowOf } from '../database/query.ts';
import type { UserId } from '../database/user-id.ts';
import type { MemberRole } from '../schema/enumerations.ts';
import type * as queries from './organisation.repository.ts';

/** An owner of rows that is no person. */
export interface Organisation {
  /** What stands in `user_id` of its rows. */
  readonly id: UserId;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Counts the changes of the organisation and of its members. */
  readonly version: number;
}

export interface Member {
  readonly organisationId: UserId;
  /** The person: the id by which they own rows of their own. */
  readonly memberId: UserId;
  readonly role: MemberRole;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type OrganisationRow = NonNullable<RowOf<(typeof queries.findById)['row']>>;
export type MemberRow = NonNullable<RowOf<(typeof queries.findMember)['row']>>;

export function toOrganisation(row: OrganisationRow): Organisation {
  return {
    id: row.id as UserId,
    name: row.name,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

export function toMember(row: MemberRow): Member {
  return {
    organisationId: row.organisation_id as UserId,
    memberId: row.member_id as UserId,
    role: row.role,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
