import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addVectorsDropIndex } from './vectors-drop-index.ts';
import { addVectorsEmbed } from './vectors-embed.ts';
import { addVectorsIndex } from './vectors-index.ts';

export function addVectors(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('vectors')
    .description('embed texts, and look after the index that searches vectors faster; `keelson info` tells of it')
    .addHelpText('after', examples('keelson vectors index', 'keelson vectors drop-index'));
  addVectorsEmbed(group, context);
  addVectorsIndex(group, context);
  addVectorsDropIndex(group, context);
}
