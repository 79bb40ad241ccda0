import { ForbiddenError } from '../errors/index.ts';
import type { MemberRole } from '../schema/enumerations.ts';

/** A role, or the operator's right to do everything. */
export type Rights = MemberRole | 'operator';

const HINT = 'Ask an owner of the organisation.';

/**
 * Owners manage all members, admins those who are no owners, and nobody else manages any.
 *
 * @throws ForbiddenError
 */
export function assertManages(rights: Rights, ...roles: readonly MemberRole[]): void {
  if (rights === 'operator' || rights === 'owner') return;
  if (rights !== 'admin')
    throw new ForbiddenError('Only owners and admins of the organisation manage its members.', { hint: HINT });
  if (roles.includes('owner'))
    throw new ForbiddenError('Only owners of the organisation make, change and remove owners.', { hint: HINT });
}
