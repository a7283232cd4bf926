import { getSession } from '@wherry/protocol';
import { Command } from 'commander';
import { openConnection } from '../connection/connect.ts';
import { writeSettings } from '../connection/settings.ts';
import { misused } from '../failure.ts';
import { globalOptions, present, type Shell } from '../shell.ts';

export function loginCommand(shell: Shell): Command {
  const command = new Command('login').description('remember a control plane and an operator token').addHelpText(
    'after',
    `
Both may also come from WHERRY_SERVER and WHERRY_TOKEN.

Example:
  $ wherry login --server https://wherry.example --token wop1.…`,
  );
  return command.action(async () => {
    const { server = shell.env.WHERRY_SERVER, token = shell.env.WHERRY_TOKEN } = globalOptions(command);
    if (!server || !token) throw misused('say where and who: wherry login --server URL --token TOKEN');
    const connection = openConnection(server, token);
    const session = await connection.client.call(getSession, {});
    const file = await writeSettings(shell.env, { server: connection.origin, token });
    present(
      shell,
      command,
      { ...session, server: connection.origin, file },
      () => `Logged in to ${connection.origin} as ${session.operator} (${session.role}); stored in ${file}.`,
    );
  });
}
