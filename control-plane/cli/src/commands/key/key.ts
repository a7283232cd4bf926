import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { addKeyCommand } from './add.ts';
import { listKeysCommand } from './ls.ts';
import { removeKeyCommand } from './rm.ts';

export function keyCommand(shell: Shell): Command {
  return new Command('key')
    .description('publisher keys whose releases the control plane accepts (make one with "wherry keys new")')
    .addCommand(addKeyCommand(shell))
    .addCommand(listKeysCommand(shell))
    .addCommand(removeKeyCommand(shell));
}
