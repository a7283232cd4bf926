import { type Device, firstItems, listDevices } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { note, present, type Shell } from '../../shell.ts';
import { age, labelsText, percent } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { LIMIT_OPTION, parseLimit } from '../limit-option.ts';
import { checkedSelector, SELECTOR_HELP } from '../selector-argument.ts';
import { workloadText } from './workload-text.ts';

export function listDevicesCommand(shell: Shell): Command {
  const command = new Command('ls')
    .description('list devices')
    .argument('[selector]', 'only devices that match')
    .option(...LIMIT_OPTION, parseLimit, 200)
    .addHelpText('after', `${SELECTOR_HELP}\n\nExample:\n  $ wherry device ls 'site=berlin,!quarantined'`);
  return command.action(async (selectorText: string | undefined, options: { limit: number }) => {
    const selector = checkedSelector(selectorText);
    const { client } = await connect(shell, command);
    let total = 0;
    const { items, hasMore } = await firstItems(options.limit, async (page) => {
      const answer = await client.call(listDevices, { query: { ...page, ...(selector ? { selector } : {}) } });
      total = answer.total;
      return answer;
    });
    present(shell, command, { items, total }, () => devicesText(items, selector, shell.nowMs()));
    if (hasMore) note(shell, command, `${items.length} of ${total}: narrow the selector, or raise --limit`);
  });
}

function devicesText(devices: readonly Device[], selector: string | undefined, nowMs: number): string {
  if (devices.length > 0)
    return table(
      ['device', 'target', 'state', 'seen', 'cpu', 'apps', 'labels'],
      devices.map((device) => [
        device.device,
        device.target,
        device.online ? 'online' : 'offline',
        age(device.seenAtMs, nowMs),
        device.host ? percent(device.host.cpuShare) : null,
        device.workloads.map(workloadText).join(' ') || null,
        labelsText(device.labels),
      ]),
    );
  if (selector) return `No device matches ${selector}. "wherry device ls" shows all of them.`;
  return 'There is no device yet. Make a claim token with "wherry device claim-token" and give it to a new one.';
}
