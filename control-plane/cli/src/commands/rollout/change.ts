import type { Rollout } from '@wherry/protocol';
import { Command } from 'commander';
import { type Connection, connect } from '../../connection/connect.ts';
import { rolloutText } from '../../rollouts/rollout-text.ts';
import { present, type Shell } from '../../shell.ts';
import { parseRolloutId } from './rollout-argument.ts';

/** A command that changes one rollout and shows what it is then. */
export function changeCommand<O>(
  shell: Shell,
  name: string,
  description: string,
  change: (connection: Connection, id: Rollout['id'], options: O) => Promise<Rollout>,
): Command {
  const command = new Command(name).description(description).argument('<id>');
  return command.action(async (idText: string, options: O) => {
    const id = parseRolloutId(idText);
    const rollout = await change(await connect(shell, command), id, options);
    present(shell, command, rollout, () => rolloutText(rollout));
  });
}
