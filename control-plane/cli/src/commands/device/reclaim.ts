import { reclaimDevice } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { timestamp } from '../../terminal/figures.ts';
import { ttlOption } from './ttl-option.ts';

export function reclaimDeviceCommand(shell: Shell): Command {
  const command = new Command('reclaim')
    .description('make a token with which a device gets a new identity under its old name')
    .argument('<device>')
    .addOption(ttlOption())
    .addHelpText(
      'after',
      `
For a device whose card was lost, copied or wiped. What it runs and its labels stay; when the token is used, the identity
of before opens nothing any more.`,
    );
  return command.action(async (device: string, { ttl }: { ttl: number }) => {
    const { client, origin } = await connect(shell, command);
    const created = await client.call(reclaimDevice, { params: { device }, body: { ttlMs: ttl } });
    present(shell, command, created, () =>
      [
        created.token,
        '',
        `Shown this once; for ${device}, until ${timestamp(created.expiresAtMs)}. On the device, with an empty folder:`,
        `  wherry-agent claim --server ${origin} --token ${created.token} --trust root.json --data DIR`,
      ].join('\n'),
    );
  });
}
