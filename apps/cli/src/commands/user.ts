import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addUserActivate, addUserDeactivate } from './user-activation.ts';
import { addUserList } from './user-list.ts';
import { addUserSessions } from './user-sessions.ts';
import { addUserSetPassword } from './user-set-password.ts';
import { addUserShow } from './user-show.ts';

export function addUser(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('user')
    .description('look after accounts: who may sign in, their passwords and sessions')
    .addHelpText('after', examples('keelson user list', 'keelson user deactivate bob@example.com'));
  for (const add of [addUserList, addUserShow, addUserDeactivate, addUserActivate, addUserSetPassword, addUserSessions])
    add(group, context);
}
