import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { MEMBER_ROLES, type MemberRole, OPERATOR, Organisations } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addOrganisationAddMember(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('add-member')
    .description('let a user act for an organisation')
    .argument('<ID>', 'the id of the organisation')
    .argument('<USER>', 'the id of the user')
    .option('--role <ROLE>', `${MEMBER_ROLES.join(', ')} (default: member)`, memberRole)
    .addHelpText(
      'after',
      examples('keelson organisation add-member 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 bob --role viewer'),
    )
    .addHelpText('after', document('{"organisationId","memberId","role","createdAt","updatedAt"}'))
    .action((organisationId, memberId, { role = 'member' }) =>
      useDatabase(context, { create: false }, async (database) => {
        const member = await new Organisations(database).addMember({ organisationId, memberId, role }, OPERATOR);
        context.output.result(member, () => context.output.line(`${member.memberId} is ${role} now.`));
      }),
    );
}

function memberRole(text: string): MemberRole {
  const known = MEMBER_ROLES.find((role) => role === text.toLowerCase());
  if (known === undefined) throw new InvalidArgumentError(`Give one of ${MEMBER_ROLES.join(', ')}.`);
  return known;
}
