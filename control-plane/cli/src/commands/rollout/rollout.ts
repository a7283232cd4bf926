import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { abortCommand } from './abort.ts';
import { listRolloutsCommand } from './ls.ts';
import { pauseCommand } from './pause.ts';
import { resumeCommand } from './resume.ts';
import { showRolloutCommand } from './show.ts';
import { startCommand } from './start.ts';
import { watchCommand } from './watch.ts';

export function rolloutCommand(shell: Shell): Command {
  const command = new Command('rollout').description('move devices to a release, wave by wave');
  for (const build of [
    startCommand,
    listRolloutsCommand,
    showRolloutCommand,
    watchCommand,
    pauseCommand,
    resumeCommand,
    abortCommand,
  ])
    command.addCommand(build(shell));
  return command;
}
