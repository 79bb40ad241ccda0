import { Erasures } from '../../care/erasures.ts';
import type { Erasure } from '../../care/ledger.ts';
import { RestoreRefusedError } from './errors.ts';
import { openRestored, type RestoreOptions } from './restored.ts';

/** The migration with which the ledger came. */
const LEDGER = '0011_care';

/**
 * What was erased in the database that a backup is to replace: it is in the backup, and must not come back with it.
 *
 * @throws RestoreRefusedError when there may be a ledger and this program can't read it
 */
export async function ledgerOf(options: RestoreOptions): Promise<readonly Erasure[]> {
  await using database = openRestored(options, {});
  await database.connect();
  const { applied, pending } = await database.migrations.status();
  if (applied.every(({ name }) => name !== LEDGER)) return [];
  if (pending.length === 0) return await new Erasures(database).list();
  if (options.force === true) return [];
  throw new RestoreRefusedError(
    'What was erased in the database that is replaced can not be read: migrations are pending.',
    {
      hint: 'Run `keelson migrate` on it first, so that nothing that was erased comes back; --force restores without that.',
      details: { pending },
    },
  );
}
