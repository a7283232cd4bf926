import { removeSecret } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { checkedSecret } from './secret-argument.ts';

export function removeSecretCommand(shell: Shell): Command {
  const command = new Command('rm')
    .description('take a secret away from all devices')
    .argument('<name>')
    .requiredOption('--app <app>')
    .option('--yes', 'do it: programs that need it stop working');
  return command.action(async (given: string, options: { app: string; yes?: boolean }) => {
    const { name, app } = checkedSecret(given, options.app);
    if (!options.yes) throw misused(`programs that need it stop working: to take ${name} away, add --yes`);
    const { client } = await connect(shell, command);
    await client.call(removeSecret, { params: { app: app as never, name } });
    present(shell, command, { removed: `${app}/${name}` }, () => `${app}/${name} is taken away from all devices.`);
  });
}
