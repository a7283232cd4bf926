import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import type { Shell } from '../../shell.ts';
import { type ChangeOptions, commitChange } from '../../trust/commit-change.ts';
import { raiseFloor } from '../../trust/edits.ts';
import { readBegun } from '../../trust/repository.ts';
import { draftOn } from '../../trust/send-draft.ts';
import { parseApp } from '../release-argument.ts';
import { readCount, withChange } from './change-options.ts';

export function floorCommand(shell: Shell): Command {
  return new Command('floor')
    .description('the oldest release that devices may install')
    .addCommand(raiseCommand(shell));
}

function raiseCommand(shell: Shell): Command {
  const command = withChange(
    new Command('raise')
      .description('refuse every release of an app with a lower number, whoever asks for it; a floor never goes down')
      .argument('<app>')
      .argument('<counter>', 'number of the oldest release that stays allowed (see "wherry release show")'),
  );
  return command.action(async (text: string, counterText: string, options: ChangeOptions) => {
    const app = parseApp(text);
    const counter = readCount('the counter', counterText);
    const connection = await connect(shell, command);
    const repository = await readBegun(shell, command, connection);
    const signed = raiseFloor(repository.targets.signed, repository.tenant, app, counter, shell.nowMs());
    const change = draftOn(repository, { targets: { signatures: [], signed } });
    await commitChange(
      shell,
      command,
      connection,
      change,
      options,
      `Releases of ${app} below number ${counter} are refused now.`,
    );
  });
}
