import { type Database, isInsideTransaction } from '../database/database.ts';
import { InternalError } from '../errors/index.ts';
import { TABLE_CARE } from '../schema/column-classes.ts';
import { deleteChunk, type Where } from './erase-chunk.ts';
import { Statements } from './statements.ts';

/**
 * Takes immutable rows of a user out of their table, because the caller has put them elsewhere, in the same transaction: the
 * rows are always in one of the two places. It is no erasure: the ledger has no line of it. Gives how many rows went.
 *
 * @throws InternalError outside of a transaction
 * @example
 * ```ts
 * await user.transaction(async () => {
 *   await user.run(insertPacked, packed);
 *   await removeMovedRows(database, { table: 'conversation_messages', userId: user.userId, where: { conversation_id: id } });
 * });
 * ```
 */
export async function removeMovedRows(
  database: Database,
  { table, userId, where }: { readonly table: string; readonly userId: string; readonly where: Where },
): Promise<number> {
  if (!isInsideTransaction(database)) throw new InternalError(`Rows of ${table} can be moved only in a transaction.`);
  const statements = new Statements(database);
  const moved = { name: table, isImmutable: true, key: ['user_id', 'id'], order: TABLE_CARE[table]?.order ?? 'id' };
  let rows = 0;
  for (;;) {
    const gone = await deleteChunk(statements, moved, { user_id: userId, ...where });
    if (gone === 0) return rows;
    rows += gone;
  }
}
