import { type DeviceEvent, firstItems, listDeviceEvents } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { timestamp } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { LIMIT_OPTION, parseLimit } from '../limit-option.ts';

export function deviceEventsCommand(shell: Shell): Command {
  const command = new Command('events')
    .description('what happened on a device, newest first')
    .argument('<device>')
    .option(...LIMIT_OPTION, parseLimit, 50);
  return command.action(async (device: string, options: { limit: number }) => {
    const { client } = await connect(shell, command);
    const { items } = await firstItems(options.limit, (query) =>
      client.call(listDeviceEvents, { params: { device }, query }),
    );
    present(shell, command, { items }, () => eventsText(device, items));
  });
}

function eventsText(device: string, events: readonly DeviceEvent[]): string {
  if (events.length === 0) return `${device} has reported no event yet.`;
  return table(
    ['when', 'severity', 'app', 'event', 'message'],
    events.map((event) => [timestamp(event.atMs), event.severity, event.app, event.name, event.message]),
  );
}
