import { updateRollout } from '@wherry/protocol';
import type { Command } from 'commander';
import { misused } from '../../failure.ts';
import { parsePace } from '../../rollouts/timing.ts';
import type { Shell } from '../../shell.ts';
import { countOption, durationOption } from '../quantity-option.ts';
import { changeCommand } from './change.ts';

interface Options {
  readonly maxInFlight?: number;
  readonly deadline?: number;
  readonly soak?: number;
  readonly pace?: string;
}

export function updateCommand(shell: Shell): Command {
  return changeCommand<Options>(
    shell,
    'update',
    'move the limits of a rollout that goes on',
    ({ client }, id, options) => {
      const body = {
        ...(options.maxInFlight === undefined ? {} : { maxInFlight: options.maxInFlight }),
        ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline }),
        ...(options.soak === undefined ? {} : { soakMs: options.soak }),
        ...(options.pace === undefined ? {} : { pace: options.pace === 'off' ? null : parsePace(options.pace) }),
      };
      if (Object.keys(body).length === 0)
        throw misused('say what to move: --max-in-flight, --deadline, --soak or --pace');
      return client.call(updateRollout, { params: { id }, body });
    },
  )
    .option('--max-in-flight <count>', 'most devices being updated at once', countOption)
    .option('--deadline <duration>', 'for devices that are assigned from now on', durationOption)
    .option('--soak <duration>', 'for devices that become healthy from now on', durationOption)
    .option('--pace <rate>', 'devices assigned per time, like 10/min; or off')
    .addHelpText(
      'after',
      '\nExample:\n  $ wherry rollout update 01j00000000000000000000000 --max-in-flight 500 --pace off',
    );
}
