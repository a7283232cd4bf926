import type { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { orderCommand } from './restart.ts';

export function triggerCommand(shell: Shell): Command {
  return orderCommand(shell, 'trigger', 'run', 'run an app on a device now, besides its triggers');
}
