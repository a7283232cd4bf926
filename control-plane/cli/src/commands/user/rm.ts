import { removeUser } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { userArgument } from './user-argument.ts';

export function removeUserCommand(shell: Shell): Command {
  const command = new Command('rm')
    .description('remove a user; every session of theirs ends')
    .argument('<name>', 'the user', userArgument)
    .option('--yes', 'really');
  return command.action(async (name: string, options: { yes?: boolean }) => {
    if (!options.yes) throw misused(`${name} could not sign in any more: add --yes`);
    const { client } = await connect(shell, command);
    await client.call(removeUser, { params: { name } });
    present(shell, command, { removed: name }, () => `${name} is removed. Tokens that ${name} made go on.`);
  });
}
