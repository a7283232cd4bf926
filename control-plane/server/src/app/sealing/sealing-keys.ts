import { createHash } from 'node:crypto';
import { type Digest, type Inventory, type KeyId, type SealedSecret, sealedBytes } from '@wherry/protocol';

/** The key that a device says it opens secrets with; null while it has said none. */
export function sealingKeyOf({ inventory }: { readonly inventory: Inventory | null }): string | null {
  return inventory?.sealingKey ?? null;
}

/** First 32 hex digits of the SHA-256 of the raw public key. */
export function sealingKeyId(key: string): KeyId {
  return createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32) as KeyId;
}

export function sealedDigest(sealed: SealedSecret): Digest {
  return `sha256:${createHash('sha256').update(sealedBytes(sealed)).digest('hex')}` as Digest;
}
