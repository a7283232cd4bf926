import {
  custodianRecipient,
  getSecretCustody,
  getSession,
  type HandedOutSecret,
  listSecrets,
  nullIfMissing,
  type SecretView,
} from '@wherry/protocol';
import { Command } from 'commander';
import { type Connection, connect } from '../../connection/connect.ts';
import { CliFailure, EXIT, misused, refused } from '../../failure.ts';
import { type CustodianKey, readCustodianKey } from '../../secrets/custodian-key.ts';
import { handOut } from '../../secrets/hand-out.ts';
import { open } from '../../secrets/hpke-x25519.ts';
import { readKnownDevices } from '../../secrets/known-devices.ts';
import { present, type Shell } from '../../shell.ts';
import { collect } from '../pairs.ts';
import { checkedSecret } from './secret-argument.ts';
import { handedText } from './set.ts';

interface SyncOptions {
  readonly app?: string;
  readonly acceptKey: readonly string[];
}

export function syncSecretsCommand(shell: Shell): Command {
  const command = new Command('sync')
    .description('seal secrets that were set on this machine to devices that came later, or were set up anew')
    .argument('[name]', 'one secret of the app; else all')
    .option('--app <app>', 'secrets of one app; else of all')
    .option('--accept-key <device>', 'take the new key of a device that was set up anew; may be repeated', collect, [])
    .addHelpText('after', '\nExample, every few minutes on the machine that holds the key:\n  $ wherry secret sync');
  return command.action(async (name: string | undefined, options: SyncOptions) => {
    const { app } = options;
    if (name !== undefined && app === undefined) throw misused(`say whose secret ${name} is: --app APP`);
    if (name !== undefined && app !== undefined) checkedSecret(name, app);
    const key = await readCustodianKey(shell);
    if (key === null) throw refused('secret_missing', 'no secret was set on this machine, so it has none to hand on');
    const connection = await connect(shell, command);
    const { tenant } = await connection.client.call(getSession, {});
    const { items } = await connection.client.call(listSecrets, {
      query: app === undefined ? {} : { app: app as never },
    });
    const due = items.filter((item) => name === undefined || item.name === name);
    if (name !== undefined && due.length === 0) throw refused('not_found', `${app} has no secret ${name}`);
    const known = await readKnownDevices(shell, connection.origin, tenant);
    const accepted = new Set(options.acceptKey);
    const handed: HandedOutSecret[] = [];
    const elsewhere: SecretView[] = [];
    for (const secret of due) {
      const value = await keptValue(connection, tenant, secret, key);
      if (value === null) elsewhere.push(secret);
      else handed.push(await handOut(connection, { ...secret, tenant, value, custodian: null, known, accepted }));
      value?.fill(0);
    }
    const changed = handed.filter(({ sealed, waiting }) => sealed.length + waiting.length > 0);
    present(shell, command, { handed, elsewhere }, () =>
      changed.length === 0
        ? 'Every device that should have them has the secrets set here.'
        : changed.map(handedText).join('\n'),
    );
    const short = elsewhere.filter(({ missing }) => missing > 0);
    if (short.length > 0)
      throw new CliFailure(
        EXIT.refused,
        short.map(({ app: of, name: called, missing }) => ({
          code: 'secret_missing',
          message: `${of}/${called} is missing on ${missing} of its devices and was not set on this machine: sync it where it was, or set it again`,
        })),
      );
  });
}

/** Null: another machine set its newest version. Code: secret_unreadable. */
async function keptValue(
  { client }: Connection,
  tenant: string,
  { app, name }: SecretView,
  key: CustodianKey,
): Promise<Buffer | null> {
  const kept = await nullIfMissing(client.call(getSecretCustody, { params: { app, name, key: key.id } }));
  if (kept === null) return null;
  const context = { tenant, recipient: custodianRecipient(key.id), app, name, version: kept.version };
  const value = open(kept.sealed, key.privateKey, context);
  if (value !== null) return value;
  throw refused('secret_unreadable', `what the control plane keeps as ${app}/${name} was changed: set it again`);
}
