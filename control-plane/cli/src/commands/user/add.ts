import { createUser, ROLES, type Role } from '@wherry/protocol';
import { Command, Option } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { askNewPassword, generatePassword } from '../../sign-in/password.ts';
import { userArgument } from './user-argument.ts';

export function addUserCommand(shell: Shell): Command {
  const command = new Command('add')
    .description('let a person in')
    .argument('<name>', 'with which they sign in', userArgument)
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).default('viewer'))
    .option(
      '--generate',
      'make the first password and show it this once; else it is asked for (or WHERRY_NEW_PASSWORD)',
    )
    .addHelpText('after', '\nExample:\n  $ wherry user add ada --role operator --generate');
  return command.action(async (name: string, options: { role: Role; generate?: boolean }) => {
    const { client } = await connect(shell, command);
    const password = options.generate ? generatePassword() : await askNewPassword(shell, name, 'WHERRY_NEW_PASSWORD');
    const user = await client.call(createUser, { body: { name, role: options.role, password } });
    present(shell, command, { ...user, ...(options.generate ? { password } : {}) }, () =>
      options.generate
        ? `${password}\n\nShown this once: the first password of ${name} (${user.role}). "wherry user passwd" changes it.`
        : `${name} may sign in as ${user.role}.`,
    );
  });
}
