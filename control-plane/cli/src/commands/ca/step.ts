import { type AuthorityStep, moveAuthority } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { keepAuthority } from '../../connection/keep-authority.ts';
import { misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { daysOption } from './days-option.ts';
import { authorityText } from './status.ts';

interface StepOptions {
  readonly heardWithinDays?: number;
  readonly anyway?: boolean;
  readonly yes?: boolean;
}

const STEPS: Readonly<Record<AuthorityStep, string>> = {
  begin: 'make a second authority, which devices learn from the first',
  switch: 'show a certificate of the second one from now on',
  finish: 'believe one only, and delete the key of the other',
  abort: 'before the switch: go back to the first one alone; devices are waited for until "finish"',
  replace: 'at once, for a stolen key: another authority, and every device has to be claimed anew',
};
/** Steps for which devices are waited for. */
const WAITING: readonly AuthorityStep[] = ['switch', 'finish'];

export function authorityStepCommands(shell: Shell): readonly Command[] {
  return (Object.keys(STEPS) as AuthorityStep[]).map((step) => stepCommand(shell, step));
}

function stepCommand(shell: Shell, step: AuthorityStep): Command {
  const command = new Command(step).description(STEPS[step]);
  if (WAITING.includes(step))
    command
      .addOption(daysOption())
      .option('--anyway', 'though devices are waited for: who has not moved when the roll-over ends is claimed anew');
  if (step === 'replace') command.option('--yes', 'do it: this cannot be undone');
  return command.action(async ({ heardWithinDays, anyway = false, yes }: StepOptions) => {
    if (step === 'replace' && !yes)
      throw misused('every device would be cut off and has to be claimed anew, and this cannot be undone: add --yes');
    const connection = await connect(shell, command);
    const body = { step, anyway, ...(heardWithinDays === undefined ? {} : { heardWithinDays }) };
    const status = await connection.client.call(moveAuthority, { body });
    await keepAuthority(shell, connection.origin, status.pem);
    present(shell, command, status, () => authorityText(status, step));
  });
}
