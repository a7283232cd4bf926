import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { KeyId } from '@wherry/protocol';
import { privateFile, readPrivateFile, writePrivateFile } from '../connection/private-file.ts';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { rawPublicKey, sealingKeyId } from './hpke-x25519.ts';

/**
 * The key of this operator's machine: each value that is set here is sealed to it too, so that `wherry secret sync` can seal it to devices
 * that come later. Whoever has the file and may ask the control plane reads every secret that was set from this machine.
 */
export interface CustodianKey {
  readonly id: KeyId;
  readonly publicBytes: Uint8Array;
  readonly privateKey: KeyObject;
}

export async function readCustodianKey(shell: Shell): Promise<CustodianKey | null> {
  const file = privateFile(shell.env, 'custodian-key.pem');
  const text = await readPrivateFile(file);
  if (text === null) return null;
  try {
    return keyOf(createPrivateKey(text));
  } catch {
    throw refused(
      'unavailable',
      `${file} is no private key any more: restore it, or move it away and set the secrets again`,
    );
  }
}

export async function openCustodianKey(shell: Shell): Promise<CustodianKey> {
  const stored = await readCustodianKey(shell);
  if (stored !== null) return stored;
  const { privateKey } = generateKeyPairSync('x25519');
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writePrivateFile(privateFile(shell.env, 'custodian-key.pem'), text);
  return keyOf(privateKey);
}

function keyOf(privateKey: KeyObject): CustodianKey {
  const publicBytes = rawPublicKey(createPublicKey(privateKey));
  return { id: sealingKeyId(publicBytes), publicBytes, privateKey };
}
