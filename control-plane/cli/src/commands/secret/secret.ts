import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { listSecretsCommand } from './ls.ts';
import { removeSecretCommand } from './rm.ts';
import { setSecretCommand } from './set.ts';
import { syncSecretsCommand } from './sync.ts';

export function secretCommand(shell: Shell): Command {
  return new Command('secret')
    .description('secrets of apps: sealed here to each device, unreadable to the control plane')
    .addCommand(setSecretCommand(shell))
    .addCommand(listSecretsCommand(shell))
    .addCommand(syncSecretsCommand(shell))
    .addCommand(removeSecretCommand(shell));
}
