import { abortRollout } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { changeCommand } from './change.ts';

export function abortCommand(shell: Shell): Command {
  return changeCommand<{ revert?: boolean }>(
    shell,
    'abort',
    'end a rollout; devices that were reached keep the release, or go back by a new rollout',
    ({ client }, id, options) =>
      client.call(abortRollout, { params: { id }, body: { reached: options.revert ? 'revert' : 'keep' } }),
  ).option('--revert', 'move the devices that were reached back to what they ran before');
}
