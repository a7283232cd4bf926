import {
  type ChangedDeviceKeys,
  custodianRecipient,
  getSecretCustody,
  type HandedOutSecret,
  handOutSecret,
  listSecretRecipients,
  nullIfMissing,
  type SecretView,
} from '@wherry/protocol';
import { api } from '../api/client.ts';
import { type BrowserKey, openBrowserKey, readBrowserKey } from './browser-key.ts';
import { readKnownKeys } from './known-keys.ts';
import { open, webSealer } from './web-sealer.ts';

/** Sets and hands on secrets from this browser: what leaves it is sealed. */
export interface NewSecret {
  readonly app: string;
  readonly name: string;
  readonly selector: string;
  readonly value: Uint8Array;
  /** Sealed to this browser too, to be handed on from here. */
  readonly isKept: boolean;
}

export async function setNewSecret(
  tenant: string,
  { app, name, selector, value, isKept }: NewSecret,
  accepted: ReadonlySet<string>,
): Promise<HandedOutSecret | ChangedDeviceKeys> {
  const params = { app: app as never, name };
  const { newestVersion } = await api.call(listSecretRecipients, { params, query: { limit: 1 } });
  return await handOutSecret(api, webSealer, {
    ...{ tenant, app, name, selector, value, accepted },
    version: newestVersion + 1,
    custodian: isKept ? await openBrowserKey(tenant) : null,
    known: await readKnownKeys(tenant),
  });
}

/** To devices that came later. Null: its newest version was not set in this browser. */
export async function handOnSecret(
  tenant: string,
  secret: SecretView,
  accepted: ReadonlySet<string>,
): Promise<HandedOutSecret | ChangedDeviceKeys | null> {
  const key = await readBrowserKey(tenant);
  const value = key && (await keptValue(tenant, secret, key));
  if (value === null) return null;
  try {
    const known = await readKnownKeys(tenant);
    return await handOutSecret(api, webSealer, { ...secret, tenant, value, custodian: null, known, accepted });
  } finally {
    value.fill(0);
  }
}

async function keptValue(tenant: string, { app, name }: SecretView, key: BrowserKey): Promise<Uint8Array | null> {
  const kept = await nullIfMissing(api.call(getSecretCustody, { params: { app, name, key: key.id } }));
  if (kept === null) return null;
  const context = { tenant, recipient: custodianRecipient(key.id), app, name, version: kept.version };
  const value = await open(kept.sealed, key.pair, context);
  if (value !== null) return value;
  throw new Error(`What the control plane keeps as ${app}/${name} was changed: set it again.`);
}
