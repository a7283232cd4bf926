import { type Gate, startRollout } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { followRollout } from '../../rollouts/follow.ts';
import { rolloutText } from '../../rollouts/rollout-text.ts';
import { parseWaves } from '../../rollouts/waves.ts';
import { globalOptions, present, type Shell } from '../../shell.ts';
import { collect, parsePairs } from '../pairs.ts';
import { countOption, durationOption, shareOption } from '../quantity-option.ts';
import { parseReleaseName } from '../release-argument.ts';
import { checkedSelector, SELECTOR_HELP } from '../selector-argument.ts';

interface Options {
  readonly wave?: string;
  readonly maxFailures?: number;
  readonly maxFailureRate?: number;
  readonly minSuccess?: number;
  readonly minSample?: number;
  readonly maxInFlight?: number;
  readonly deadline?: number;
  readonly soak?: number;
  readonly set: readonly string[];
  readonly rollback?: boolean;
  readonly watch?: boolean;
}

export function startCommand(shell: Shell): Command {
  const command = new Command('start')
    .description('start to move devices to a release')
    .argument('<app@version>')
    .argument('[selector]', 'the devices; without it all')
    .option('--wave <sizes>', 'waves in order, as counts, shares and rest (default: the control plane chooses)')
    .option('--max-failures <count>', 'halt when more devices of a wave fail', countOption)
    .option('--max-failure-rate <share>', 'halt when a larger share fails, once enough have been reached', shareOption)
    .option('--min-success <share>', 'share of a wave that must succeed before the next one', shareOption)
    .option('--min-sample <count>', 'devices reached before the failure rate counts', countOption)
    .option('--max-in-flight <count>', 'most devices being updated at once', countOption)
    .option('--deadline <duration>', 'a device that says nothing final for this long counts as failed', durationOption)
    .option('--soak <duration>', 'how long a healthy device is watched before it counts', durationOption)
    .option('--set <key=value>', 'a value of the config that the release declares (repeat for more)', collect, [])
    .option('--rollback', 'allow devices to move to an older release')
    .option('--watch', 'follow it to its end; exit code 0 completed, 3 halted, 4 aborted')
    .addHelpText(
      'after',
      `${SELECTOR_HELP}

Example:
  $ wherry rollout start thermostat@1.4.0 site=berlin --wave 1,10%,rest --max-failures 0 --soak 2m --watch`,
    );
  return command.action(async (name: string, selectorText: string | undefined, options: Options) => {
    const selector = checkedSelector(selectorText);
    const body = { ...parseReleaseName(name), ...(selector ? { selector } : {}), ...requestOf(options) };
    const connection = await connect(shell, command);
    const rollout = await connection.client.call(startRollout, { body });
    if (options.watch) return followRollout(shell, connection, rollout.id, globalOptions(command).json === true);
    present(shell, command, rollout, () => rolloutText(rollout));
  });
}

function requestOf(options: Options) {
  const { maxFailures, maxFailureRate, minSuccess, minSample } = options;
  const gate: Partial<Gate> = {
    ...(maxFailures === undefined ? {} : { maxFailures }),
    ...(maxFailureRate === undefined ? {} : { maxFailureRate }),
    ...(minSuccess === undefined ? {} : { minSuccess }),
    ...(minSample === undefined ? {} : { minSample }),
  };
  return {
    ...(options.wave === undefined ? {} : { waves: parseWaves(options.wave).map((size) => ({ size })) }),
    ...(Object.keys(gate).length === 0 ? {} : { gate }),
    ...(options.maxInFlight === undefined ? {} : { maxInFlight: options.maxInFlight }),
    ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline }),
    ...(options.soak === undefined ? {} : { soakMs: options.soak }),
    config: parsePairs(options.set, 'config value'),
    rollback: options.rollback === true,
  };
}
