import { createOperatorToken, ROLES, type Role } from '@wherry/protocol';
import { Command, Option } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { durationOption } from '../quantity-option.ts';

export function createTokenCommand(shell: Shell): Command {
  const command = new Command('create')
    .description('make an operator token; its text is shown this once')
    .argument('<name>', 'who or what will use it')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('viewer'))
    .option('--ttl <duration>', 'how long it is valid; else until it is removed', durationOption)
    .addHelpText('after', '\nExample:\n  $ wherry token create build-server --role publisher --ttl 90d');
  return command.action(async (name: string, options: { role: Role; ttl?: number }) => {
    const { client } = await connect(shell, command);
    const created = await client.call(createOperatorToken, {
      body: { name, role: options.role, ...(options.ttl === undefined ? {} : { ttlMs: options.ttl }) },
    });
    present(shell, command, created, () => `${created.token}\n\nShown this once; ${created.name} is ${created.role}.`);
  });
}
