import { listUsers } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { age } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';

export function listUsersCommand(shell: Shell): Command {
  const command = new Command('ls').description('list users');
  return command.action(async () => {
    const { client } = await connect(shell, command);
    const { items } = await client.call(listUsers, {});
    const nowMs = shell.nowMs();
    present(shell, command, { items }, () =>
      items.length === 0
        ? 'There is no user yet. Let somebody in with "wherry user add NAME --role ROLE".'
        : table(
            ['name', 'role', 'from', 'made', 'signed in', 'sessions'],
            items.map((user) => [
              user.name,
              user.role,
              user.source === 'oidc' ? 'provider' : 'here',
              age(user.createdAtMs, nowMs),
              age(user.signedInAtMs, nowMs),
              user.sessions,
            ]),
          ),
    );
  });
}
