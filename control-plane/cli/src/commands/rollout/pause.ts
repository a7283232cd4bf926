import { pauseRollout } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { changeCommand } from './change.ts';

export function pauseCommand(shell: Shell): Command {
  return changeCommand(shell, 'pause', 'assign nothing more until resumed', ({ client }, id) =>
    client.call(pauseRollout, { params: { id } }),
  );
}
