import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { followRollout } from '../../rollouts/follow.ts';
import { globalOptions, type Shell } from '../../shell.ts';
import { parseRolloutId } from './rollout-argument.ts';

export function watchCommand(shell: Shell): Command {
  const command = new Command('watch')
    .description('follow a rollout until it completes (exit code 0), halts (3) or is aborted (4)')
    .argument('<id>')
    .addHelpText('after', '\nWith --json each change is one line of JSON.');
  return command.action(async (idText: string) => {
    const id = parseRolloutId(idText);
    await followRollout(shell, await connect(shell, command), id, globalOptions(command).json === true);
  });
}
