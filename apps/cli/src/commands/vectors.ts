import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addVectorsDropIndex } from './vectors-drop-index.ts';
import { addVectorsIndex } from './vectors-index.ts';

export function addVectors(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('vectors')
    .description('look after the index that searches vectors faster; `keelson info` tells whether there is one')
    .addHelpText('after', examples('keelson vectors index', 'keelson vectors drop-index'));
  addVectorsIndex(group, context);
  addVectorsDropIndex(group, context);
}
