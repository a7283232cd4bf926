import { ROLES, type Role, setUserRole } from '@wherry/protocol';
import { Argument, Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { userArgument } from './user-argument.ts';

export function userRoleCommand(shell: Shell): Command {
  const command = new Command('role')
    .description('change what a user may do, from their next request on')
    .argument('<name>', 'the user', userArgument)
    .addArgument(new Argument('<role>').choices(ROLES));
  return command.action(async (name: string, role: Role) => {
    const { client } = await connect(shell, command);
    const user = await client.call(setUserRole, { params: { name }, body: { role } });
    present(shell, command, user, () => `${user.name} is ${user.role} now.`);
  });
}
