import { addTenant, tenantId } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';

export function addTenantCommand(shell: Shell): Command {
  const command = new Command('add')
    .description('add a tenant, with an operator token for its first admin, shown this once')
    .argument('<tenant>')
    .option('--admin <name>', "name of the first admin's token", 'admin')
    .addHelpText(
      'after',
      '\nFor admins of the installation itself.\n\nExample:\n  $ wherry tenant add acme --admin ada',
    );
  return command.action(async (name: string, { admin }: { admin: string }) => {
    const tenant = tenantId.safeParse(name);
    if (!tenant.success) throw misused(tenant.error.issues[0]?.message ?? `${name} is no name of a tenant`);
    const { client } = await connect(shell, command);
    const added = await client.call(addTenant, { body: { tenant: tenant.data, admin } });
    present(
      shell,
      command,
      added,
      () => `${added.token}\n\nShown this once; with it ${admin} is the admin of the tenant ${added.tenant}.`,
    );
  });
}
