import type { Query, UserHandle } from '@keelson/db-core';
import { paramsOf, ROWS_AT_ONCE, type RowsParams } from '../repositories/checkpoint.repository.ts';

/** With one statement, or all in one transaction where they are many. Gives how many rows were written. */
export async function insertInChunks(
  user: UserHandle,
  queryOf: (count: number) => Query<RowsParams, never>,
  rows: readonly object[],
): Promise<number> {
  if (rows.length === 0) return 0;
  if (rows.length <= ROWS_AT_ONCE) return (await user.run(queryOf(rows.length), paramsOf(rows))).changes;
  return user.transaction(async (handle) => {
    let changes = 0;
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      const chunk = rows.slice(start, start + ROWS_AT_ONCE);
      changes += (await handle.run(queryOf(chunk.length), paramsOf(chunk))).changes;
    }
    return changes;
  });
}
