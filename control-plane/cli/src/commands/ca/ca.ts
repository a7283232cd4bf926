import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { authorityStatusCommand } from './status.ts';
import { authorityStepCommands } from './step.ts';

export function authorityCommand(shell: Shell): Command {
  const command = new Command('ca')
    .description('the authority that vouches for the control plane and its devices, and its roll-over to another one')
    .addHelpText(
      'after',
      `
For admins of the installation itself. A roll-over without anybody left behind:
  $ wherry ca begin        a second authority; devices learn it and get certificates of it, within an hour or two of being online
  $ wherry ca status       how many have, and how many are waited for
  $ wherry ca switch       the control plane itself shows a certificate of the new one
  $ wherry ca finish       the old one is believed no more, and its key is deleted

When somebody has the authority's key: docs/operating/server.md, "The authority's key is stolen".`,
    )
    .addCommand(authorityStatusCommand(shell));
  for (const step of authorityStepCommands(shell)) command.addCommand(step);
  return command;
}
