import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { attentionCommand } from './attention.ts';
import { claimTokenCommand } from './claim-token.ts';
import { deviceEventsCommand } from './events.ts';
import { labelCommand } from './label.ts';
import { listDevicesCommand } from './ls.ts';
import { reclaimDeviceCommand } from './reclaim.ts';
import { resolveDeviceCommand } from './resolve.ts';
import { restartCommand } from './restart.ts';
import { removeDeviceCommand } from './rm.ts';
import { showDeviceCommand } from './show.ts';
import { triggerCommand } from './trigger.ts';

export function deviceCommand(shell: Shell): Command {
  const command = new Command('device').description('the devices of the fleet');
  for (const build of [
    listDevicesCommand,
    showDeviceCommand,
    attentionCommand,
    claimTokenCommand,
    labelCommand,
    deviceEventsCommand,
    restartCommand,
    triggerCommand,
    reclaimDeviceCommand,
    resolveDeviceCommand,
    removeDeviceCommand,
  ])
    command.addCommand(build(shell));
  return command;
}
