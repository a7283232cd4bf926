import { ApiError, closeSession, closeSessions } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../connection/connect.ts';
import { removeSettings } from '../connection/settings.ts';
import { present, type Shell } from '../shell.ts';

export function logoutCommand(shell: Shell): Command {
  const command = new Command('logout')
    .description('end the session, and forget what "wherry login" stored')
    .option('--everywhere', 'end every session of yours, in browsers too')
    .addHelpText('after', '\nAn operator token goes on being accepted: revoke it with "wherry token rm".');
  return command.action(async (options: { everywhere?: boolean }) => {
    const { client, origin } = await connect(shell, command);
    const operation = options.everywhere ? closeSessions : closeSession;
    await client.call(operation, {}).catch((error: unknown) => {
      // A session that has ended already is what was wanted.
      if (!(error instanceof ApiError && error.problem.code === 'unauthenticated')) throw error;
    });
    const isForgotten = await removeSettings(shell.env);
    present(shell, command, { server: origin, everywhere: options.everywhere === true, isForgotten }, () =>
      options.everywhere ? `Signed out of ${origin} everywhere.` : `Signed out of ${origin}.`,
    );
  });
}
