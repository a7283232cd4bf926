import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { exportCommand, importCommand, signCommand } from './ceremony.ts';
import { delegateCommand } from './delegate.ts';
import { floorCommand } from './floor.ts';
import { initTrustCommand } from './init.ts';
import { trustKeyCommand } from './key.ts';
import { renewCommand } from './renew.ts';
import { auditTrustCommand, rootCommand } from './show.ts';
import { revokeReleaseCommand, vouchCommand } from './vouch.ts';

export function trustCommand(shell: Shell): Command {
  const command = new Command('trust').description(
    'what may run on devices: signed by keys that the control plane does not have',
  );
  const parts = [
    initTrustCommand,
    auditTrustCommand,
    rootCommand,
    delegateCommand,
    trustKeyCommand,
    floorCommand,
    vouchCommand,
    revokeReleaseCommand,
    renewCommand,
    exportCommand,
    signCommand,
    importCommand,
  ];
  for (const build of parts) command.addCommand(build(shell));
  return command;
}
