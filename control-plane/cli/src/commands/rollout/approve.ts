import { approveRollout, getRollout, type Rollout } from '@wherry/protocol';
import type { Command } from 'commander';
import { misused, refused } from '../../failure.ts';
import { waveToApprove } from '../../rollouts/rollout-text.ts';
import type { Shell } from '../../shell.ts';
import { countOption } from '../quantity-option.ts';
import { changeCommand } from './change.ts';

export function approveCommand(shell: Shell): Command {
  return changeCommand<{ wave?: number }>(
    shell,
    'approve',
    'approve the wave that a rollout waits before',
    async ({ client }, id, options) => {
      if (options.wave === 0) throw misused('waves are counted from 1');
      const wave =
        options.wave === undefined ? nextOf(await client.call(getRollout, { params: { id } })) : options.wave - 1;
      return client.call(approveRollout, { params: { id }, body: { wave } });
    },
  )
    .option('--wave <number>', 'the wave meant, counted from 1; refused when it is another that waits', countOption)
    .addHelpText('after', '\nExample:\n  $ wherry rollout approve 01j00000000000000000000000 --wave 2');
}

function nextOf(rollout: Rollout): number {
  const wave = waveToApprove(rollout);
  if (wave === undefined)
    throw refused('not_allowed_in_state', `no wave of this rollout waits for an approval: it is ${rollout.state}`);
  return wave;
}
