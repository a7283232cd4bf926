import { firstItems, listRollouts, type Rollout } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { sumWave } from '../../rollouts/rollout-text.ts';
import { present, type Shell } from '../../shell.ts';
import { age } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { LIMIT_OPTION, parseLimit } from '../limit-option.ts';
import { parseApp } from '../release-argument.ts';

export function listRolloutsCommand(shell: Shell): Command {
  const command = new Command('ls')
    .description('list rollouts, newest first')
    .argument('[app]', 'only of this app')
    .option(...LIMIT_OPTION, parseLimit, 50);
  return command.action(async (appText: string | undefined, options: { limit: number }) => {
    const app = appText === undefined ? undefined : parseApp(appText);
    const { client } = await connect(shell, command);
    const { items } = await firstItems(options.limit, (page) =>
      client.call(listRollouts, { query: { ...page, ...(app ? { app } : {}) } }),
    );
    present(shell, command, { items }, () => rolloutsText(items, app, shell.nowMs()));
  });
}

function rolloutsText(rollouts: readonly Rollout[], app: string | undefined, nowMs: number): string {
  if (rollouts.length === 0)
    return app === undefined
      ? 'There is no rollout yet. Start one: wherry rollout start APP@VERSION'
      : `There is no rollout of ${app} yet. Start one: wherry rollout start ${app}@VERSION`;
  return table(
    ['id', 'release', 'devices', 'state', 'succeeded', 'failed', 'wave', 'started'],
    rollouts.map((rollout) => {
      const waves = rollout.waves.map(sumWave);
      const total = waves.reduce((sum, wave) => sum + wave.total, 0);
      return [
        rollout.id,
        `${rollout.app}@${rollout.version}`,
        rollout.selector || 'all',
        rollout.state,
        `${waves.reduce((sum, wave) => sum + wave.succeeded, 0)} of ${total}`,
        waves.reduce((sum, wave) => sum + wave.failed, 0),
        `${rollout.currentWave + 1} of ${waves.length}`,
        age(rollout.createdAtMs, nowMs),
      ];
    }),
  );
}
