import type { SystemHandle } from '../database/handle.ts';
import { recordFor } from './audit-event.ts';
import type { By } from './by.ts';
import { endOfAccount } from './session.repository.ts';

/** What no session is called. */
const NONE = '00000000-0000-0000-0000-000000000000';

/** Ends an account's sessions, in the transaction of the reason for it. Gives how many there were. */
export async function endSessions(
  system: SystemHandle,
  { accountId, keep = NONE, by }: { readonly accountId: string; readonly keep: string | undefined; readonly by: By },
): Promise<number> {
  const { rows } = await system.run(endOfAccount, { accountId, keep });
  for (const { id } of rows)
    await recordFor(system, { by, userId: accountId, action: 'session.ended', entity: 'session', entityId: id });
  return rows.length;
}
