import { sign } from 'node:crypto';
import { join } from 'node:path';
import { tufSignedBytes } from '@wherry/protocol';
import type { OnlineSigner } from '../app/context.ts';
import { openKeyFile, rawPublicKey } from './key-file.ts';
import { tufKeyId } from './tuf-keys.ts';

/**
 * The two roles that need no person: `snapshot` and `timestamp`. Whoever steals their keys can hold devices at what they have, and
 * can name nothing that owners and publishers did not sign. Root names the keys, so that they are replaced by a root.
 */
export async function openOnlineSigner(dataDir: string): Promise<OnlineSigner> {
  const keys = {
    snapshot: await openKeyFile(join(dataDir, 'snapshot-key.pem'), 'snapshot'),
    timestamp: await openKeyFile(join(dataDir, 'timestamp-key.pem'), 'timestamp'),
  };
  const raw = { snapshot: rawPublicKey(keys.snapshot), timestamp: rawPublicKey(keys.timestamp) };
  return {
    publicKeys: raw,
    seal(role, signed) {
      const sig = sign(null, tufSignedBytes(signed), keys[role]).toString('hex');
      return JSON.stringify({ signatures: [{ keyid: tufKeyId(raw[role]), sig }], signed });
    },
  };
}
