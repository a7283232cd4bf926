import { closeUserSessions } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { userArgument } from './user-argument.ts';

export function signOutUserCommand(shell: Shell): Command {
  const command = new Command('sign-out')
    .description('end every session of a user')
    .argument('<name>', 'the user', userArgument);
  return command.action(async (name: string) => {
    const { client } = await connect(shell, command);
    await client.call(closeUserSessions, { params: { name } });
    present(shell, command, { signedOut: name }, () => `${name} is signed out everywhere.`);
  });
}
