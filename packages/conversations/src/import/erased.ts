import type { ErasedOfOwner, UserHandle } from '@keelson/db-core';
import { ImportFault } from './imported.ts';

/** Where an import goes. */
export interface Destination {
  readonly user: UserHandle;
  /** Undefined where what was erased is to come back. */
  readonly erased: ErasedOfOwner | undefined;
}

/**
 * Call it when a conversation isn't there, before it is made.
 *
 * @throws ImportFault when it was erased here
 */
export async function refuseErased(
  { erased }: Destination,
  conversation: { readonly ids: readonly string[]; readonly createdAt: Date | null },
): Promise<void> {
  const found = await erased?.find({ table: 'conversations', ...conversation });
  if (found === 'row') throw new ImportFault('ERASED_HERE', 'was erased here, and is not brought back');
  if (found === 'owner')
    throw new ImportFault(
      'ERASED_HERE',
      'is not known to be newer than the erasure of everything that its owner had here, and is not brought back',
    );
}
