import type { RoleSigners, RootDocument, TargetsDocument, TrustDocument, TufKey } from './metadata.ts';
import { tufSignedBytes } from './signed-bytes.ts';

/** Whose signatures count for a document: keys by id, and how many of them. */
export interface TrustSigners extends RoleSigners {
  readonly keys: Readonly<Record<string, TufKey>>;
}

/** True when the hex signature over the message was made by the Ed25519 key (32 bytes, hex). This package has no crypto. */
export type VerifyRaw = (publicHex: string, message: Uint8Array, signatureHex: string) => boolean;

export function rootSigners(root: RootDocument, role: keyof RootDocument['signed']['roles']): TrustSigners {
  return { ...root.signed.roles[role], keys: root.signed.keys };
}

/** Null: the role is not delegated. */
export function publisherSigners(targets: TargetsDocument, role: string): TrustSigners | null {
  const { delegations } = targets.signed;
  const found = delegations.roles.find(({ name }) => name === role);
  return found ? { keyids: found.keyids, threshold: found.threshold, keys: delegations.keys } : null;
}

/** Ids of those who signed, each key once under however many ids it stands: a threshold is about people. */
export function signedBy(document: TrustDocument, signers: TrustSigners, verify: VerifyRaw): readonly string[] {
  const message = tufSignedBytes(document.signed);
  const seen = new Map<string, string>();
  for (const { keyid, sig } of document.signatures) {
    const key = signers.keyids.includes(keyid) && Object.hasOwn(signers.keys, keyid) ? signers.keys[keyid] : undefined;
    const material = key?.keyval.public;
    if (material !== undefined && !seen.has(material) && verify(material, message, sig)) seen.set(material, keyid);
  }
  return [...seen.values()];
}

export function hasThreshold(document: TrustDocument, signers: TrustSigners, verify: VerifyRaw): boolean {
  return signedBy(document, signers, verify).length >= signers.threshold;
}
