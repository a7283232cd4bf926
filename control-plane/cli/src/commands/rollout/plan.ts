import { planRollout } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { planText } from '../../rollouts/plan-text.ts';
import { addRequestOptions, type RequestOptions, requestOf, WAVES_HELP } from '../../rollouts/request-options.ts';
import { present, type Shell } from '../../shell.ts';
import { SELECTOR_HELP } from '../selector-argument.ts';

export function planCommand(shell: Shell): Command {
  const command = addRequestOptions(new Command('plan'))
    .description(
      'show what a rollout would do: waves, devices, who is left out and why, bytes to move; changes nothing',
    )
    .addHelpText(
      'after',
      `${SELECTOR_HELP}
${WAVES_HELP}

Examples:
  $ wherry rollout plan thermostat@1.4.0 site=berlin
  $ wherry --json rollout plan thermostat@1.4.0 --wave ring=canary --wave 10%,rest | jq '.waves[].total'`,
    );
  return command.action(async (name: string, selector: string | undefined, options: RequestOptions) => {
    const request = requestOf(name, selector, options, shell);
    const { client } = await connect(shell, command);
    const plan = await client.call(planRollout, { body: { request } });
    present(shell, command, plan, () => planText(plan, name));
  });
}
