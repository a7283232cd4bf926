import { removeOperatorToken } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';

export function removeTokenCommand(shell: Shell): Command {
  const command = new Command('rm').description('revoke an operator token').argument('<id>');
  return command.action(async (id: string) => {
    const { client } = await connect(shell, command);
    await client.call(removeOperatorToken, { params: { id } });
    present(shell, command, { removed: id }, () => `Token ${id} is not accepted any more.`);
  });
}
