import { setDeviceLabels } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { labelsText } from '../../terminal/figures.ts';
import { parsePairs } from '../pairs.ts';

export function labelCommand(shell: Shell): Command {
  const command = new Command('label')
    .description('set and remove labels of a device')
    .argument('<device>')
    .argument('<changes...>', 'key=value sets a label, key- removes it')
    .addHelpText('after', '\nExample:\n  $ wherry device label hall-1 site=berlin canary-');
  return command.action(async (device: string, changes: string[]) => {
    const removals = changes.filter((change) => change.endsWith('-') && !change.includes('='));
    const set = parsePairs(
      changes.filter((change) => !removals.includes(change)),
      'label',
    );
    const { client } = await connect(shell, command);
    const changed = await client.call(setDeviceLabels, {
      params: { device },
      body: { set, remove: removals.map((removal) => removal.slice(0, -1)) },
    });
    present(shell, command, changed, () => `${changed.device}: ${labelsText(changed.labels)}`);
  });
}
