import { firstItems, getRollout, listRolloutMembers, type RolloutMember } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { rolloutText } from '../../rollouts/rollout-text.ts';
import { present, type Shell } from '../../shell.ts';
import { age } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { LIMIT_OPTION, parseLimit } from '../limit-option.ts';
import { parseRolloutId } from './rollout-argument.ts';

interface Options {
  readonly devices?: boolean;
  readonly limit: number;
}

export function showRolloutCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('show one rollout')
    .argument('<id>')
    .option('--devices', 'show where each device stands')
    .option(...LIMIT_OPTION, parseLimit, 200);
  return command.action(async (idText: string, options: Options) => {
    const id = parseRolloutId(idText);
    const { client } = await connect(shell, command);
    const rollout = await client.call(getRollout, { params: { id } });
    if (!options.devices) return present(shell, command, rollout, () => rolloutText(rollout));
    const { items } = await firstItems(options.limit, (query) =>
      client.call(listRolloutMembers, { params: { id }, query }),
    );
    present(
      shell,
      command,
      { rollout, members: items },
      () => `${rolloutText(rollout)}\n\n${membersText(items, shell.nowMs())}`,
    );
  });
}

function membersText(members: readonly RolloutMember[], nowMs: number): string {
  if (members.length === 0) return 'No device is part of it.';
  return table(
    ['device', 'wave', 'state', 'says', 'variant', 'from', 'since', 'reason'],
    members.map((member) => [
      member.device,
      member.wave + 1,
      member.state,
      member.deployment,
      member.variant,
      member.previousVersion,
      age(member.updatedAtMs, nowMs),
      member.code === null ? null : `${member.message ?? ''} [${member.code}]`,
    ]),
  );
}
