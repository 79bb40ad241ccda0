import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addOrganisationAddMember } from './organisation-add-member.ts';
import { addOrganisationCreate } from './organisation-create.ts';
import { addOrganisationList } from './organisation-list.ts';
import { addOrganisationMembers } from './organisation-members.ts';
import { addOrganisationRemoveMember } from './organisation-remove-member.ts';

export function addOrganisation(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('organisation')
    .description('make organisations, which own rows as people do, and say who belongs to them')
    .addHelpText(
      'after',
      examples(
        'keelson organisation create "Analytical Engines" --owner ada',
        'keelson organisation add-member ID bob --role viewer',
      ),
    );
  for (const add of [
    addOrganisationCreate,
    addOrganisationList,
    addOrganisationMembers,
    addOrganisationAddMember,
    addOrganisationRemoveMember,
  ])
    add(group, context);
}
