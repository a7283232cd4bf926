import { startRollout } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { followRollout } from '../../rollouts/follow.ts';
import {
  addRequestOptions,
  addStartOptions,
  type RequestOptions,
  requestOf,
  WAVES_HELP,
} from '../../rollouts/request-options.ts';
import { rolloutText } from '../../rollouts/rollout-text.ts';
import { globalOptions, present, type Shell } from '../../shell.ts';
import { SELECTOR_HELP } from '../selector-argument.ts';

interface Options extends RequestOptions {
  readonly watch?: boolean;
}

export function startCommand(shell: Shell): Command {
  const command = addStartOptions(addRequestOptions(new Command('start')))
    .description('start to move devices to a release')
    .option('--watch', 'follow it to its end; exit code 0 completed, 3 halted, 4 aborted')
    .addHelpText(
      'after',
      `${SELECTOR_HELP}
${WAVES_HELP}

Examples:
  $ wherry rollout start thermostat@1.4.0 site=berlin --wave 1,10%,rest --max-failures 0 --soak 2m --watch
  $ wherry rollout start thermostat@1.4.0 --wave ring=canary --wave "rest; approval" --pace 10/min
  $ wherry rollout start thermostat@1.4.0 --at "2030-01-31 02:00" --window "0 2 * * *;2h;Europe/Berlin"

See first what it would do: wherry rollout plan, with the same arguments.`,
    );
  return command.action(async (name: string, selector: string | undefined, options: Options) => {
    const body = requestOf(name, selector, options, shell);
    if (options.draft && options.watch)
      throw misused('a draft does not begin by itself: leave --watch or --draft away');
    const connection = await connect(shell, command);
    const rollout = await connection.client.call(startRollout, { body });
    if (options.watch) return followRollout(shell, connection, rollout.id, globalOptions(command).json === true);
    present(shell, command, rollout, () => rolloutText(rollout));
  });
}
