import { keyId, removePublisherKey } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';

export function removeKeyCommand(shell: Shell): Command {
  const command = new Command('rm').description('stop accepting releases signed by a key').argument('<key-id>');
  return command.action(async (text: string) => {
    const id = keyId.safeParse(text);
    if (!id.success) throw misused(`${JSON.stringify(text)} is not a key id: "wherry key ls" shows them`);
    const { client } = await connect(shell, command);
    await client.call(removePublisherKey, { params: { id: id.data } });
    present(shell, command, { removed: id.data }, () => `Releases signed by ${id.data} are not accepted any more.`);
  });
}
