import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { addUserCommand } from './add.ts';
import { listUsersCommand } from './ls.ts';
import { passwordCommand } from './passwd.ts';
import { removeUserCommand } from './rm.ts';
import { userRoleCommand } from './role.ts';
import { signOutUserCommand } from './sign-out.ts';

export function userCommand(shell: Shell): Command {
  return new Command('user')
    .description('people who sign in, and what each may do')
    .addCommand(addUserCommand(shell))
    .addCommand(listUsersCommand(shell))
    .addCommand(userRoleCommand(shell))
    .addCommand(passwordCommand(shell))
    .addCommand(signOutUserCommand(shell))
    .addCommand(removeUserCommand(shell));
}
