import { listOperatorTokens } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { age, timestamp } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';

export function listTokensCommand(shell: Shell): Command {
  const command = new Command('ls').description('list operator tokens, without their secrets');
  return command.action(async () => {
    const { client } = await connect(shell, command);
    const { items } = await client.call(listOperatorTokens, {});
    const nowMs = shell.nowMs();
    present(shell, command, { items }, () =>
      items.length === 0
        ? 'There is no operator token. Make one with "wherry token create NAME --role ROLE".'
        : table(
            ['id', 'name', 'role', 'scopes', 'made', 'by', 'used', 'expires'],
            items.map((token) => [
              token.id,
              token.name,
              token.role,
              token.scopes === null ? 'all' : token.scopes.join(' '),
              age(token.createdAtMs, nowMs),
              token.createdBy,
              age(token.lastUsedAtMs, nowMs),
              token.expiresAtMs === null ? 'never' : timestamp(token.expiresAtMs),
            ]),
          ),
    );
  });
}
