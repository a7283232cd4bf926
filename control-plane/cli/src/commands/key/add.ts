import { resolve } from 'node:path';
import { addPublisherKey } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { readPublicKey } from '../../publishing/publisher-key.ts';
import { present, type Shell } from '../../shell.ts';

export function addKeyCommand(shell: Shell): Command {
  const command = new Command('add')
    .description('accept releases signed by a key')
    .argument('<file.pub>', 'public key, as "wherry keys new" wrote it')
    .option('--name <name>', 'what to call it', 'publisher')
    .addHelpText(
      'after',
      `
Devices do not ask the control plane whom to trust: they have their own list, trust.json, from when they were set up.

Example:
  $ wherry key add publisher.pem.pub --name build-server`,
    );
  return command.action(async (file: string, options: { name: string }) => {
    const { key } = await readPublicKey(resolve(shell.folder, file));
    const { client } = await connect(shell, command);
    const added = await client.call(addPublisherKey, { body: { name: options.name, key } });
    present(shell, command, added, () => `Releases signed by ${added.name} (${added.id}) are accepted now.`);
  });
}
