import { getSession, type HandedOutSecret, listSecretRecipients } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { openCustodianKey } from '../../secrets/custodian-key.ts';
import { handOut } from '../../secrets/hand-out.ts';
import { readKnownDevices } from '../../secrets/known-devices.ts';
import { readValue } from '../../secrets/read-value.ts';
import { present, type Shell } from '../../shell.ts';
import { plural } from '../../terminal/figures.ts';
import { collect } from '../pairs.ts';
import { checkedSelector, SELECTOR_HELP } from '../selector-argument.ts';
import { checkedSecret } from './secret-argument.ts';

interface SetOptions {
  readonly app: string;
  readonly selector?: string;
  readonly from?: string;
  readonly raw?: boolean;
  readonly acceptKey: readonly string[];
}

export function setSecretCommand(shell: Shell): Command {
  const command = new Command('set')
    .description('give an app a secret, or a new value of it: sealed here to each device, read from the standard input')
    .argument('<name>', 'as the manifest names it under capabilities.secrets, for example API_KEY')
    .requiredOption('--app <app>')
    .option('--selector <selector>', 'the devices that it is for, also those that come later; else all')
    .option('--from <file>', 'read the value from a file')
    .option('--raw', 'keep a line end at the end of the value')
    .option('--accept-key <device>', 'take the new key of a device that was set up anew; may be repeated', collect, [])
    .addHelpText(
      'after',
      `${SELECTOR_HELP}\n\nExample:\n  $ pass show weather | wherry secret set API_KEY --app thermostat`,
    );
  return command.action(async (given: string, options: SetOptions) => {
    const { name, app } = checkedSecret(given, options.app);
    const selector = checkedSelector(options.selector) ?? '';
    const connection = await connect(shell, command);
    const { tenant } = await connection.client.call(getSession, {});
    const value = await readValue(shell, name, options);
    try {
      const params = { app: app as never, name };
      const { newestVersion } = await connection.client.call(listSecretRecipients, { params, query: { limit: 1 } });
      const handed = await handOut(connection, {
        ...{ tenant, app, name, selector, value },
        version: newestVersion + 1,
        custodian: await openCustodianKey(shell),
        known: await readKnownDevices(shell, connection.origin, tenant),
        accepted: new Set(options.acceptKey),
      });
      present(shell, command, handed, () => handedText(handed));
    } finally {
      value.fill(0);
    }
  });
}

export function handedText({ secret, sealed, waiting }: HandedOutSecret): string {
  const { app, name, version } = secret;
  const lines = [`${app}/${name} version ${version}: sealed to ${plural(sealed.length, 'device')}.`];
  if (waiting.length > 0)
    lines.push(
      `${plural(waiting.length, 'device')} said no key yet (${waiting.slice(0, 5).join(', ')}): run "wherry secret sync" later.`,
    );
  return lines.join('\n');
}
