import { removeDevice } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';

export function removeDeviceCommand(shell: Shell): Command {
  const command = new Command('rm')
    .description('decommission a device: its credentials stop working and its name is not used again')
    .argument('<device>')
    .option('--yes', 'do it: this cannot be undone');
  return command.action(async (device: string, options: { yes?: boolean }) => {
    if (!options.yes) throw misused(`this cannot be undone: to decommission ${device}, add --yes`);
    const { client } = await connect(shell, command);
    await client.call(removeDevice, { params: { device } });
    present(shell, command, { removed: device }, () => `${device} is decommissioned.`);
  });
}
