import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { abortCommand } from './abort.ts';
import { approveCommand } from './approve.ts';
import { explainCommand } from './explain.ts';
import { listRolloutsCommand } from './ls.ts';
import { pauseCommand } from './pause.ts';
import { planCommand } from './plan.ts';
import { publishDraftCommand } from './publish.ts';
import { resumeCommand } from './resume.ts';
import { showRolloutCommand } from './show.ts';
import { simulateCommand } from './simulate.ts';
import { startCommand } from './start.ts';
import { updateCommand } from './update.ts';
import { watchCommand } from './watch.ts';

export function rolloutCommand(shell: Shell): Command {
  const command = new Command('rollout').description('move devices to a release, wave by wave');
  for (const build of [
    planCommand,
    simulateCommand,
    startCommand,
    publishDraftCommand,
    listRolloutsCommand,
    showRolloutCommand,
    explainCommand,
    watchCommand,
    approveCommand,
    updateCommand,
    pauseCommand,
    resumeCommand,
    abortCommand,
  ])
    command.addCommand(build(shell));
  return command;
}
