import type { UserHandle } from '@keelson/db-core';
import {
  insertMany,
  paramsOf,
  type RowsParams,
  upsertMany,
  type WriteRow,
} from '../repositories/checkpoint-write.repository.ts';

/** So many rows go into one statement; there is a prepared one for each number of rows. */
const ROWS_AT_ONCE = 16;

interface Step {
  readonly queryOf: (count: number) => ReturnType<typeof insertMany>;
  readonly rows: readonly WriteRow[];
}

/** What a task wrote stays; of its errors, interrupts and the like the last one counts. With one statement, as a rule. */
export async function insertWrites(user: UserHandle, rows: readonly WriteRow[]): Promise<void> {
  const steps = [
    ...stepsOf(
      insertMany,
      rows.filter(({ idx }) => idx >= 0),
    ),
    ...stepsOf(
      upsertMany,
      rows.filter(({ idx }) => idx < 0),
    ),
  ];
  const [first, ...more] = steps;
  if (first === undefined) return;
  if (more.length === 0) {
    await run(user, first);
    return;
  }
  await user.transaction(async (handle) => {
    for (const step of steps) await run(handle, step);
  });
}

function stepsOf(queryOf: Step['queryOf'], rows: readonly WriteRow[]): Step[] {
  const steps: Step[] = [];
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
    steps.push({ queryOf, rows: rows.slice(start, start + ROWS_AT_ONCE) });
  return steps;
}

async function run(user: UserHandle, { queryOf, rows }: Step): Promise<void> {
  const params: RowsParams = paramsOf(rows);
  await user.run(queryOf(rows.length), params);
}
