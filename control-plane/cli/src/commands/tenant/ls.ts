import { listTenants } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { age } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';

export function listTenantsCommand(shell: Shell): Command {
  const command = new Command('ls').description('list the tenants of this installation');
  return command.action(async () => {
    const { client } = await connect(shell, command);
    const { items } = await client.call(listTenants, {});
    present(shell, command, { items }, () =>
      table(
        ['tenant', 'added', 'by'],
        items.map(({ tenant, createdAtMs, createdBy }) => [tenant, age(createdAtMs, shell.nowMs()), createdBy]),
      ),
    );
  });
}
