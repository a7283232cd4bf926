import { type LogBatch, PATHS } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../connection/connect.ts';
import { lastingEvents } from '../connection/lasting-events.ts';
import { globalOptions, note, type Shell } from '../shell.ts';
import { timestamp } from '../terminal/figures.ts';
import { plain } from '../terminal/plain.ts';
import { parseApp } from './release-argument.ts';

export function logsCommand(shell: Shell): Command {
  const command = new Command('logs')
    .description('follow the log lines of a device, until Ctrl-C')
    .argument('<device>')
    .argument('[app]', 'only of this app')
    .addHelpText(
      'after',
      `
Lines travel only while somebody listens. When the control plane restarts, it is listened to again.
With --json each line is one JSON object.

Examples:
  $ wherry logs pi-7
  $ wherry --json logs pi-7 thermostat | jq -r .text`,
    );
  return command.action(async (device: string, appText: string | undefined) => {
    const app = appText === undefined ? undefined : parseApp(appText);
    const connection = await connect(shell, command);
    const path = PATHS.deviceLogs(device) + (app ? `?app=${app}` : '');
    const options = {
      onOpen: (isAgain: boolean) =>
        note(shell, command, isAgain ? 'Listening again.' : `Listening to ${device}; Ctrl-C ends.`),
      onLost: () => note(shell, command, 'The stream ended; lines until it is back are lost. Reconnecting…'),
    };
    for await (const change of lastingEvents(connection, path, shell.signal, options))
      if (change.type === 'log')
        shell.terminal.out.write(batchText(change.batch, app, globalOptions(command).json === true));
  });
}

function batchText(batch: LogBatch, app: string | undefined, isJson: boolean): string {
  const lines = batch.lines.filter((line) => app === undefined || line.app === app);
  if (isJson) return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const skipped = batch.skipped ? `… ${batch.skipped} lines were left out: the device was sending too many\n` : '';
  return (
    skipped +
    lines.map((line) => `${timestamp(line.atMs)} ${line.app} ${line.level.padEnd(7)} ${plain(line.text)}\n`).join('')
  );
}
