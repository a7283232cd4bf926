import { formatDurationMs, getTenantSettings, type TenantSettings } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { percent } from '../../terminal/figures.ts';
import { sheet } from '../../terminal/table.ts';

export function showTenantCommand(shell: Shell): Command {
  const command = new Command('show').description('the rules of your tenant');
  return command.action(async () => {
    const { client } = await connect(shell, command);
    const settings = await client.call(getTenantSettings, {});
    present(shell, command, settings, () => settingsText(settings));
  });
}

export function settingsText({ approvals: { aboveShare }, audit: { keptMs } }: TenantSettings): string {
  return sheet([
    [
      'second approval',
      aboveShare === null ? 'never asked for' : `of rollouts above ${percent(aboveShare)} of the devices`,
    ],
    ['audit log', keptMs === null ? 'kept for good' : `kept for ${formatDurationMs(keptMs)}`],
  ]);
}
