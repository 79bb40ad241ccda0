import type { MigrationRun } from '@keelson/db-core';
import type { Context } from './context.ts';

/** What was done, or with a dry run what would be, with its SQL. */
export function showRun({ output }: Context, { plan, done }: MigrationRun, dryRun: boolean): void {
  if (!dryRun) {
    output.table(
      ['migration', 'direction', 'ms'],
      done.map(({ name, durationMs }) => [name, plan[0]?.direction, durationMs]),
    );
    return;
  }
  for (const { name, direction, breaking, transaction, sql } of plan) {
    const remarks = [...(breaking ? ['breaking'] : []), ...(transaction ? [] : ['not in a transaction'])];
    output.line(
      output.paint('bold', `-- ${name} ${direction}${remarks.length === 0 ? '' : ` (${remarks.join(', ')})`}`),
    );
    for (const statement of sql) output.line(`${statement.trim().replace(/;$/, '')};`);
    output.line();
  }
  output.note('Nothing was changed.');
}
