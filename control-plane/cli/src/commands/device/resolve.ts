import { resolveDevice } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';

export function resolveDeviceCommand(shell: Shell): Command {
  const command = new Command('resolve')
    .description('let a device go on that was set aside as a clone, or asks for a certificate with an expired one')
    .argument('<device>');
  return command.action(async (name: string) => {
    const { client } = await connect(shell, command);
    const device = await client.call(resolveDevice, { params: { device: name } });
    present(shell, command, device, () => `${name} goes on.`);
  });
}
