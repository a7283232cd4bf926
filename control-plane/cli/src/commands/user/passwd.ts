import { changePassword, getSession, openSession, type Session, setUserPassword } from '@wherry/protocol';
import { Command } from 'commander';
import { type Connection, connect } from '../../connection/connect.ts';
import { readSettings, writeSettings } from '../../connection/settings.ts';
import { refused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { askNewPassword, askPassword } from '../../sign-in/password.ts';
import { userArgument } from './user-argument.ts';

export function passwordCommand(shell: Shell): Command {
  const command = new Command('passwd')
    .description('change your password, or as an admin that of another user; their sessions end')
    .argument('[name]', 'another user', userArgument)
    .addHelpText('after', '\nFor programs: WHERRY_PASSWORD is the password of now, WHERRY_NEW_PASSWORD the next one.');
  return command.action(async (name: string | undefined) => {
    const connection = await connect(shell, command);
    const session = await connection.client.call(getSession, {});
    const isOwn = name === undefined || (session.kind === 'password' && session.operator === name);
    if (isOwn) await changeOwn(shell, connection, session);
    else {
      const password = await askNewPassword(shell, name, 'WHERRY_NEW_PASSWORD');
      await connection.client.call(setUserPassword, { params: { name }, body: { password } });
    }
    const user = isOwn ? session.operator : name;
    present(shell, command, { changed: user }, () => `${user} has a new password, and every session has ended.`);
  });
}

/** The session that asked has ended too: what "wherry login" stored goes on with another one. */
async function changeOwn(shell: Shell, { client, token }: Connection, session: Session): Promise<void> {
  if (session.kind !== 'password')
    throw refused('not_allowed_in_state', 'you are not signed in with a password: name the user to change');
  const current = await askPassword(shell, session.operator);
  const next = await askNewPassword(shell, session.operator, 'WHERRY_NEW_PASSWORD');
  await client.call(changePassword, { body: { current, next } });
  const stored = await readSettings(shell.env);
  if (stored.token !== token || stored.server === undefined) return;
  const { tenant, operator: user } = session;
  const opened = await client.call(openSession, { body: { tenant, user, password: next, as: 'bearer' } });
  await writeSettings(shell.env, { ...stored, server: stored.server, token: opened.token ?? '' });
}
