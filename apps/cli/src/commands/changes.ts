import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addChangesConsumers } from './changes-consumers.ts';
import { addChangesRemoveConsumer } from './changes-remove-consumer.ts';
import { addChangesTail } from './changes-tail.ts';

export function addChanges(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('changes')
    .description('look at the change feed')
    .addHelpText(
      'after',
      examples('keelson changes tail', 'keelson changes tail --user ada --json', 'keelson changes consumers'),
    );
  addChangesTail(group, context);
  addChangesConsumers(group, context);
  addChangesRemoveConsumer(group, context);
}
