import {
  custodianRecipient,
  LIMITS,
  listSecretRecipients,
  type SecretRecipient,
  type SecretView,
  setSecret,
} from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import { firstItems } from '../connection/pages.ts';
import { CliFailure, EXIT } from '../failure.ts';
import type { CustodianKey } from './custodian-key.ts';
import { seal, sealingKeyId } from './hpke-x25519.ts';
import type { KnownDevices } from './known-devices.ts';

/** Seals one value to every device that it is for, and hands the sealed ones in. */
export interface HandOut {
  readonly tenant: string;
  readonly app: string;
  readonly name: string;
  readonly version: number;
  readonly selector: string;
  readonly value: Uint8Array;
  /** Sealed to it too; null when it has been. */
  readonly custodian: CustodianKey | null;
  readonly known: KnownDevices;
  /** Devices whose keys are taken although they are others than before. */
  readonly accepted: ReadonlySet<string>;
}

export interface HandedOut {
  readonly secret: SecretView;
  readonly sealed: readonly string[];
  /** Devices that have said no key yet. */
  readonly waiting: readonly string[];
}

export async function handOut({ client }: Pick<Connection, 'client'>, what: HandOut): Promise<HandedOut> {
  const { tenant, app, name, version, selector, value, custodian, known } = what;
  const params = { app: app as never, name };
  const { items } = await firstItems(Number.POSITIVE_INFINITY, (query) =>
    client.call(listSecretRecipients, { params, query: { ...query, selector } }),
  );
  const due = items.filter((recipient) => recipient.version !== version);
  const able = due.filter((recipient): recipient is SecretRecipient & { key: string } => recipient.key !== null);
  checkKeys(able, what);
  const contextOf = (recipient: string) => ({ tenant, recipient, app, name, version });
  const custody = custodian ? [seal(custodian.publicBytes, value, contextOf(custodianRecipient(custodian.id)))] : [];
  let secret: SecretView | null = null;
  for (let at = 0; secret === null || at < able.length; at += LIMITS.secretRecipients) {
    const devices = able.slice(at, at + LIMITS.secretRecipients).map(({ device, key }) => ({
      device,
      sealed: seal(Buffer.from(key, 'base64'), value, contextOf(device)),
    }));
    const body = { version, selector, devices, ...(at === 0 ? { custody } : {}) };
    secret = await client.call(setSecret, { params, body });
    for (const { device, sealed } of devices) known.remember(device, sealed.key);
    await known.save();
  }
  return {
    secret,
    sealed: able.map(({ device }) => device),
    waiting: due.filter(({ key }) => key === null).map(({ device }) => device),
  };
}

/** Before anything is sealed. Code: key_unknown, one for each device. */
function checkKeys(able: readonly (SecretRecipient & { key: string })[], { known, accepted }: HandOut): void {
  const changed = able.filter(({ device, key }) => {
    const before = known.keyOf(device);
    return before !== null && !accepted.has(device) && before !== sealingKeyId(Buffer.from(key, 'base64'));
  });
  if (changed.length === 0) return;
  throw new CliFailure(
    EXIT.refused,
    changed.map(({ device }) => ({
      code: 'key_unknown',
      message: `${device} has another key than when it was seen first: if it was set up anew, add --accept-key ${device}; else somebody wants to read its secrets`,
    })),
  );
}
