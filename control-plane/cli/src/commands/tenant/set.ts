import { setTenantSettings } from '@wherry/protocol';
import { Command, InvalidArgumentError } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { durationOption, shareOption } from '../quantity-option.ts';
import { settingsText } from './show.ts';

/** Wrapped, since an option cannot be null by itself. */
interface SetOptions {
  readonly approvalsAbove?: { readonly aboveShare: number | null };
  readonly keepAudit?: { readonly keptMs: number | null };
}

export function setTenantCommand(shell: Shell): Command {
  const command = new Command('set')
    .description('change the rules of your tenant; what is not named stays')
    .option(
      '--approvals-above <share>',
      'a second operator approves rollouts above this share of the devices; "never" asks for none',
      (text) => ({ aboveShare: text === 'never' ? null : wholeOption(text) }),
    )
    .option('--keep-audit <duration>', 'give up older entries of the audit log; "forever" keeps all', (text) => ({
      keptMs: text === 'forever' ? null : durationOption(text),
    }))
    .addHelpText('after', '\nExample:\n  $ wherry tenant set --approvals-above 20% --keep-audit 400d');
  return command.action(async ({ approvalsAbove, keepAudit }: SetOptions) => {
    if (approvalsAbove === undefined && keepAudit === undefined)
      throw misused('there is nothing to change: give --approvals-above or --keep-audit');
    const { client } = await connect(shell, command);
    const settings = await client.call(setTenantSettings, {
      body: {
        ...(approvalsAbove === undefined ? {} : { approvals: approvalsAbove }),
        ...(keepAudit === undefined ? {} : { audit: keepAudit }),
      },
    });
    present(shell, command, settings, () => settingsText(settings));
  });
}

/** A share of a whole: other shares may be above it. */
function wholeOption(text: string): number {
  const share = shareOption(text);
  if (share > 1) throw new InvalidArgumentError('write a share of at most 100%, like 20%.');
  return share;
}
