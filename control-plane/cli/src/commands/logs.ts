import { type LogBatch, PATHS } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../connection/connect.ts';
import { readEvents } from '../connection/event-stream.ts';
import { globalOptions, note, type Shell } from '../shell.ts';
import { timestamp } from '../terminal/figures.ts';
import { plain } from '../terminal/plain.ts';
import { parseApp } from './release-argument.ts';

export function logsCommand(shell: Shell): Command {
  const command = new Command('logs')
    .description('follow the log lines of a device, until Ctrl-C')
    .argument('<device>')
    .argument('[app]', 'only of this app')
    .addHelpText('after', '\nLines travel only while somebody listens. With --json each line is one JSON object.');
  return command.action(async (device: string, appText: string | undefined) => {
    const app = appText === undefined ? undefined : parseApp(appText);
    const connection = await connect(shell, command);
    const path = PATHS.deviceLogs(device) + (app ? `?app=${app}` : '');
    const onOpen = () => note(shell, command, `Listening to ${device}; Ctrl-C ends.`);
    try {
      for await (const change of readEvents(connection, path, shell.signal, onOpen))
        if (change.type === 'log')
          shell.terminal.out.write(batchText(change.batch, app, globalOptions(command).json === true));
    } catch (error) {
      if (!shell.signal.aborted) throw error;
    }
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
