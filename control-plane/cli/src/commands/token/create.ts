import { createOperatorToken, ROLES, type Role, SCOPES, type Scope } from '@wherry/protocol';
import { Command, Option } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { durationOption } from '../quantity-option.ts';

export function createTokenCommand(shell: Shell): Command {
  const command = new Command('create')
    .description('make an operator token; its text is shown this once')
    .argument('<name>', 'what will use it')
    .addOption(new Option('--role <role>', 'how far it may go at most').choices(ROLES).default('viewer'))
    .addOption(
      new Option('--scope <scope...>', 'what it may touch; else everything that the role allows').choices(SCOPES),
    )
    .option('--ttl <duration>', 'how long it is valid; else until it is removed', durationOption)
    .addHelpText(
      'after',
      `
What a scope lets a token do: wherry token scopes

Example:
  $ wherry token create build-server --role publisher --scope releases:write --ttl 90d`,
    );
  return command.action(async (name: string, options: { role: Role; scope?: Scope[]; ttl?: number }) => {
    const { client } = await connect(shell, command);
    const created = await client.call(createOperatorToken, {
      body: {
        ...{ name, role: options.role },
        ...(options.scope === undefined ? {} : { scopes: [...new Set(options.scope)] }),
        ...(options.ttl === undefined ? {} : { ttlMs: options.ttl }),
      },
    });
    const bounds = created.scopes === null ? '' : ` with ${created.scopes.join(', ')}`;
    present(
      shell,
      command,
      created,
      () => `${created.token}\n\nShown this once; ${created.name} is ${created.role}${bounds}.`,
    );
  });
}
