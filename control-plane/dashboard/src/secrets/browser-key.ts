import type { KeyId } from '@wherry/protocol';
import { forget, keepFirst, readKept } from './kept.ts';
import { keyIdOf, newKeyPair, publicBytesOf } from './web-sealer.ts';

/**
 * The key of this browser: each value that is set here can be sealed to it too, to be sealed to devices that come later. Its bytes cannot be
 * read; but whoever uses this browser and may ask the control plane can let it open what was set here.
 */
export interface BrowserKey {
  readonly id: KeyId;
  readonly publicBytes: Uint8Array;
  readonly pair: CryptoKeyPair;
}

/** Null: nothing was set in this browser. */
export async function readBrowserKey(tenant: string): Promise<BrowserKey | null> {
  return await keyOf(await readKept(nameOf(tenant)));
}

export async function openBrowserKey(tenant: string): Promise<BrowserKey> {
  const stored = await readBrowserKey(tenant);
  if (stored !== null) return stored;
  const key = await keyOf(await keepFirst(nameOf(tenant), await newKeyPair()));
  if (key === null) throw new Error('This browser did not keep its key: try again, or set the secret without it.');
  return key;
}

/** What was set here cannot be handed on from here any more. */
export async function forgetBrowserKey(tenant: string): Promise<void> {
  await forget(nameOf(tenant));
}

async function keyOf(kept: unknown): Promise<BrowserKey | null> {
  if (!isKeyPair(kept)) return null;
  const publicBytes = await publicBytesOf(kept.publicKey);
  return { id: await keyIdOf(publicBytes), publicBytes, pair: kept };
}

function isKeyPair(kept: unknown): kept is CryptoKeyPair {
  const { publicKey, privateKey } = (kept ?? {}) as Partial<CryptoKeyPair>;
  return publicKey instanceof CryptoKey && privateKey instanceof CryptoKey;
}

function nameOf(tenant: string): string {
  return `key ${tenant}`;
}
