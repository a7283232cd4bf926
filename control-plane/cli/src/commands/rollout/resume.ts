import { resumeRollout } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { changeCommand } from './change.ts';

export function resumeCommand(shell: Shell): Command {
  return changeCommand(
    shell,
    'resume',
    'go on; after a halt this acknowledges the failures known so far',
    ({ client }, id) => client.call(resumeRollout, { params: { id } }),
  );
}
