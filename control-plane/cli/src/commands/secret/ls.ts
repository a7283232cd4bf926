import { listDeviceSecrets, listSecrets } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { timestamp } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';

export function listSecretsCommand(shell: Shell): Command {
  const command = new Command('ls')
    .description('list secrets, without their values; or what one device can read')
    .option('--app <app>', 'of one app')
    .option('--device <device>', 'what this device can read: set each anew when the device is stolen');
  return command.action(async ({ app, device }: { app?: string; device?: string }) => {
    const { client } = await connect(shell, command);
    if (device !== undefined) {
      const { items } = await client.call(listDeviceSecrets, { params: { device: device as never } });
      const shown = items.filter((item) => app === undefined || item.app === app);
      return present(shell, command, { items: shown }, () =>
        shown.length === 0
          ? `Nothing was ever sealed to ${device}.`
          : table(
              ['app', 'name', 'version', 'newest', 'sealed', ''],
              shown.map((item) => [
                item.app,
                item.name,
                String(item.version),
                String(item.newestVersion),
                timestamp(item.atMs),
                item.version < item.newestVersion ? 'replaced since' : 'can be read there',
              ]),
            ),
      );
    }
    const { items } = await client.call(listSecrets, { query: app === undefined ? {} : { app: app as never } });
    present(shell, command, { items }, () =>
      items.length === 0
        ? 'No secret is set. Set one with "wherry secret set NAME --app APP".'
        : table(
            ['app', 'name', 'version', 'for', 'devices', 'missing', 'set by', 'at'],
            items.map((item) => [
              item.app,
              item.name,
              String(item.version),
              item.selector === '' ? 'all' : item.selector,
              String(item.devices),
              String(item.missing),
              item.setBy,
              timestamp(item.setAtMs),
            ]),
          ),
    );
  });
}
