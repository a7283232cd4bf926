import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { addTenantCommand } from './add.ts';
import { listTenantsCommand } from './ls.ts';
import { setTenantCommand } from './set.ts';
import { showTenantCommand } from './show.ts';

export function tenantCommand(shell: Shell): Command {
  return new Command('tenant')
    .description('owners of devices, apps and users, and their rules')
    .addCommand(addTenantCommand(shell))
    .addCommand(listTenantsCommand(shell))
    .addCommand(showTenantCommand(shell))
    .addCommand(setTenantCommand(shell));
}
