import { fromBase64 } from '../envelope.ts';
import { LIMITS } from '../limits.ts';
import type { KeyId } from '../names.ts';
import { custodianRecipient, type SealedSecret, type SecretContext } from '../secrets/sealed-secret.ts';
import type { Client } from './client.ts';
import { firstItems } from './page.ts';
import { listSecretRecipients, type SecretRecipient, type SecretView, setSecret } from './secrets.ts';

/**
 * Seals one value to every device that it is for, and hands the sealed ones in. Command line and dashboard do the same in the same order;
 * each brings the primitives that it has, and the place where it remembers the devices' keys.
 */
export interface SecretSealer {
  seal(recipient: Uint8Array, value: Uint8Array, context: SecretContext): SealedSecret | Promise<SealedSecret>;
  keyIdOf(recipient: Uint8Array): KeyId | Promise<KeyId>;
}

/**
 * The keys that devices were first seen with from here. The control plane says which key is a device's; one that says another later
 * could read what is sealed to it, so that a change is taken only when an operator says so.
 */
export interface KnownDeviceKeys {
  /** What a device had when it was seen first; null for one that is new here. */
  keyOf(device: string): KeyId | null;
  remember(device: string, key: KeyId): void;
  save(): Promise<void>;
}

export interface SecretToHandOut {
  readonly tenant: string;
  readonly app: string;
  readonly name: string;
  readonly version: number;
  readonly selector: string;
  readonly value: Uint8Array;
  /** A key of this machine or browser, sealed to as well; null when that was done. */
  readonly custodian: { readonly id: KeyId; readonly publicBytes: Uint8Array } | null;
  readonly known: KnownDeviceKeys;
  /** Devices whose keys are taken although they are others than before. */
  readonly accepted: ReadonlySet<string>;
}

export interface HandedOutSecret {
  readonly secret: SecretView;
  readonly sealed: readonly string[];
  /** Devices that have said no key yet. */
  readonly waiting: readonly string[];
}

/** Nothing was sealed: these devices have other keys than they were first seen with. */
export interface ChangedDeviceKeys {
  readonly changedKeys: readonly string[];
}

type Able = SecretRecipient & { readonly key: string };

export async function handOutSecret(
  client: Client,
  sealer: SecretSealer,
  what: SecretToHandOut,
): Promise<HandedOutSecret | ChangedDeviceKeys> {
  const { tenant, app, name, version, selector, value, custodian, known } = what;
  const params = { app: app as never, name };
  const due = (await allRecipients(client, params, selector)).filter((recipient) => recipient.version !== version);
  const able = due.filter((recipient): recipient is Able => recipient.key !== null);
  const changedKeys = await withOtherKeys(sealer, able, what);
  if (changedKeys.length > 0) return { changedKeys };
  const sealTo = async (recipient: string, key: Uint8Array) =>
    await sealer.seal(key, value, { tenant, recipient, app, name, version });
  const custody = custodian ? [await sealTo(custodianRecipient(custodian.id), custodian.publicBytes)] : [];
  let secret: SecretView | null = null;
  for (let at = 0; secret === null || at < able.length; at += LIMITS.secretRecipients) {
    const devices = await Promise.all(
      able
        .slice(at, at + LIMITS.secretRecipients)
        .map(async ({ device, key }) => ({ device, sealed: await sealTo(device, fromBase64(key)) })),
    );
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

async function allRecipients(client: Client, params: { app: never; name: string }, selector: string) {
  const { items } = await firstItems(Number.POSITIVE_INFINITY, (page) =>
    client.call(listSecretRecipients, { params, query: { ...page, selector } }),
  );
  return items;
}

async function withOtherKeys(
  sealer: SecretSealer,
  able: readonly Able[],
  { known, accepted }: SecretToHandOut,
): Promise<string[]> {
  const changed: string[] = [];
  for (const { device, key } of able) {
    const before = known.keyOf(device);
    if (before !== null && !accepted.has(device) && before !== (await sealer.keyIdOf(fromBase64(key))))
      changed.push(device);
  }
  return changed;
}
