import { type Device, listAttention } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { age } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { attentionText } from './attention-text.ts';

export function attentionCommand(shell: Shell): Command {
  const command = new Command('attention').description(
    'list devices whose identity waits for a decision; those set aside are in no other list',
  );
  return command.action(async () => {
    const { client } = await connect(shell, command);
    const answer = await client.call(listAttention, {});
    present(shell, command, answer, () => waitingText(answer.items, shell.nowMs()));
  });
}

function waitingText(devices: readonly Device[], nowMs: number): string {
  if (devices.length === 0) return 'No device waits for a decision.';
  return table(
    ['device', 'seen', 'what it waits for'],
    devices.map((device) => [device.device, age(device.seenAtMs, nowMs), attentionText(device)]),
  );
}
