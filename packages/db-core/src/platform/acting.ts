import * as z from 'zod';
import type { Database } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { insert } from './audit.repository.ts';
import { newEvent } from './audit-event.ts';
import { parseBy } from './by.ts';
import { NotAMemberError } from './errors.ts';
import { findMember } from './organisation.repository.ts';

export interface ActFor {
  /** The person who acts. */
  readonly userId: string;
  /** For whose rows. */
  readonly organisationId: string;
  /** The request that it is for, at most 255 characters; the audit names it. */
  readonly requestId?: string | null;
}

const idSchema = z.uuid().toLowerCase();

/**
 * A handle for an organisation's rows that knows who uses it. Whoever takes a user's id takes it as well. Each transaction
 * that writes through it has an event `rows.written` in the organisation's audit, with the person and the request; through
 * the handle of a viewer nothing can be written.
 *
 * Whether the person is a member is looked at now, and not again: make a handle for each request or job, and don't keep it.
 *
 * @throws NotAMemberError when the person isn't a member, or there is no such organisation: nobody learns which
 * @example
 * ```ts
 * const user = await acting(database, { userId: 'ada', organisationId, requestId: 'req-1' });
 * await new Conversations(database, user).createConversation({ title: 'Ours' });
 * ```
 */
export async function acting(database: Database, input: ActFor): Promise<UserHandle> {
  const { userId, requestId } = parseBy(input);
  const id = idSchema.safeParse(input.organisationId);
  const row = id.success
    ? await database.system('acting: is this a member').first(findMember, { organisationId: id.data, memberId: userId })
    : undefined;
  if (row === undefined) throw new NotAMemberError('You may not act for this organisation.');
  const organisationId = row.organisation_id;
  const told = database.forUser(organisationId, { actor: userId });
  return database.forUser(organisationId, {
    actor: userId,
    readOnly: row.role === 'viewer',
    requestId,
    beforeWrite: async () => {
      await told.run(insert, newEvent(userId, { action: 'rows.written', entity: 'rows', requestId }));
    },
  });
}
