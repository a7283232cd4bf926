import { deviceId, explainMember, explainRollout } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { memberExplanationText, rolloutExplanationText } from '../../rollouts/explain-text.ts';
import { present, type Shell } from '../../shell.ts';
import { parseRolloutId } from './rollout-argument.ts';

export function explainCommand(shell: Shell): Command {
  const command = new Command('explain')
    .description('say why a rollout, or one device in it, is as it is: what it waits for, what would change it')
    .argument('<id>')
    .argument('[device]', 'explain where this device stands')
    .addHelpText(
      'after',
      `
Examples:
  $ wherry rollout explain 01j00000000000000000000000
  $ wherry rollout explain 01j00000000000000000000000 pi-7
  $ wherry --json rollout explain 01j00000000000000000000000 | jq '.gate.failuresLeft'`,
    );
  return command.action(async (idText: string, deviceText: string | undefined) => {
    const id = parseRolloutId(idText);
    const device = deviceText === undefined ? undefined : parseDevice(deviceText);
    const { client } = await connect(shell, command);
    if (device === undefined) {
      const explanation = await client.call(explainRollout, { params: { id } });
      present(shell, command, explanation, () => rolloutExplanationText(explanation));
    } else {
      const explanation = await client.call(explainMember, { params: { id, device } });
      present(shell, command, explanation, () => memberExplanationText(explanation));
    }
  });
}

function parseDevice(text: string) {
  const device = deviceId.safeParse(text);
  if (!device.success) throw misused(`${JSON.stringify(text)} is not the name of a device`);
  return device.data;
}
