import { listPublisherKeys } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { timestamp } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';

export function listKeysCommand(shell: Shell): Command {
  const command = new Command('ls').description('list the keys');
  return command.action(async () => {
    const { client } = await connect(shell, command);
    const { items } = await client.call(listPublisherKeys, {});
    present(shell, command, { items }, () =>
      items.length === 0
        ? 'No key is accepted yet, so nothing can be published. Add one with "wherry key add FILE.pub".'
        : table(
            ['id', 'name', 'added'],
            items.map((key) => [key.id, key.name, timestamp(key.createdAtMs)]),
          ),
    );
  });
}
