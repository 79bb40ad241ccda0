import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addInspectIndexes } from './inspect-indexes.ts';
import { addInspectLocks } from './inspect-locks.ts';
import { addInspectPlans } from './inspect-plans.ts';
import { addInspectSlow } from './inspect-slow.ts';
import { addInspectTables } from './inspect-tables.ts';

export function addInspect(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('inspect')
    .description('look into the database: sizes, indexes, slow statements, locks, plans')
    .addHelpText('after', examples('keelson inspect tables', 'keelson inspect plans conversations.findById'));
  for (const add of [addInspectTables, addInspectIndexes, addInspectSlow, addInspectLocks, addInspectPlans])
    add(group, context);
}
