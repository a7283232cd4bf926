import { LIMITS, simulateRollout } from '@wherry/protocol';
import { Command, InvalidArgumentError } from 'commander';
import { connect } from '../../connection/connect.ts';
import { CliFailure, EXIT } from '../../failure.ts';
import { aboveText, forecastText } from '../../rollouts/forecast-text.ts';
import { addRequestOptions, type RequestOptions, requestOf, WAVES_HELP } from '../../rollouts/request-options.ts';
import { note, present, type Shell } from '../../shell.ts';
import { countOption, durationOption, shareOption } from '../quantity-option.ts';

interface Options extends RequestOptions {
  readonly failureRate: number;
  readonly offlineRate?: number;
  readonly lateRate?: number;
  readonly silentRate?: number;
  readonly answer?: number;
  readonly devices?: number;
  readonly seeds?: number;
  readonly seed?: number;
  readonly atMost?: number;
}

export function simulateCommand(shell: Shell): Command {
  const command = addRequestOptions(new Command('simulate'))
    .description('run a rollout on simulated devices: how many would a bad release reach before a gate stops it?')
    .requiredOption('--failure-rate <share>', 'share of the devices on which the release fails', rateOption)
    .option('--offline-rate <share>', 'share of the devices that are offline from the start', rateOption)
    .option('--late-rate <share>', 'share of the failures that show only during the soak', rateOption)
    .option('--silent-rate <share>', 'share of the failures that say nothing until the deadline', rateOption)
    .option('--answer <duration>', 'mean time until a device answers', durationOption)
    .option('--devices <count>', 'so many devices instead of those that match', countOption)
    .option('--seeds <count>', `runs, each with a seed of its own (at most ${LIMITS.forecastRuns})`, countOption)
    .option('--seed <number>', 'the first seed; the same seed gives the same forecast', countOption)
    .option('--at-most <count>', 'exit with 1 when the worst run reached more devices', countOption)
    .addHelpText(
      'after',
      `${WAVES_HELP}

Examples:
  $ wherry rollout simulate thermostat@1.4.0 --failure-rate 20% --offline-rate 5% --seeds 200
  $ wherry rollout simulate thermostat@1.4.0 --wave 1,5%,rest --failure-rate 50% --devices 1000 --at-most 20`,
    );
  return command.action(async (name: string, selector: string | undefined, options: Options) => {
    const request = requestOf(name, selector, options, shell);
    const { client } = await connect(shell, command);
    const forecast = await client.call(simulateRollout, { body: { request, ...assumptionsOf(options) } });
    present(shell, command, forecast, () => forecastText(forecast));
    if (options.atMost === undefined || forecast.reached.max <= options.atMost) return;
    note(shell, command, aboveText(forecast, options.atMost));
    throw new CliFailure(EXIT.refused);
  });
}

function assumptionsOf(options: Options) {
  const optional = {
    offlineRate: options.offlineRate,
    lateRate: options.lateRate,
    silentRate: options.silentRate,
    answerMs: options.answer,
    devices: options.devices,
    runs: options.seeds,
    seed: options.seed,
  };
  return {
    failureRate: options.failureRate,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as {
      [K in keyof typeof optional]?: number;
    }),
  };
}

function rateOption(text: string): number {
  const share = shareOption(text);
  if (share > 1) throw new InvalidArgumentError('write a share of at most 100%.');
  return share;
}
