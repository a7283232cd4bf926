import { z } from 'zod';
import { canonicalBytes } from '../canonical.ts';
import { LIMITS } from '../limits.ts';
import { type AppName, type KeyId, keyId, type TenantId } from '../names.ts';

/**
 * A secret of an app, sealed to one X25519 key: HPKE base mode (hpke.ts) with AES-256-GCM. What it is for is bound to it as
 * associated data, so that a text that was put in another one's place does not open.
 */
export const SEALING_KEY_BYTES = 32;
const GCM_TAG_BYTES = 16;

/** Public X25519 key: 32 bytes, base64. */
export const sealingKey = z.base64().length(44);

export const sealedSecret = z.strictObject({
  /** Whose key opens it. */
  key: keyId,
  /** Public key that was made for this message. */
  enc: sealingKey,
  /** Ciphertext and tag. */
  text: z
    .base64()
    .min(24)
    .max(4 * Math.ceil((LIMITS.secretBytes + GCM_TAG_BYTES) / 3)),
});
export type SealedSecret = z.infer<typeof sealedSecret>;

/** A setting's name: it may become a variable of the guest's environment. */
export const secretName = z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/, 'secret: write its name like API_KEY');
export const secretVersion = z
  .int()
  .min(1)
  .max(2 ** 31);

export interface SecretContext {
  readonly tenant: TenantId | string;
  /** A device, or `custodian:` and the id of the key of an operator's machine. */
  readonly recipient: string;
  readonly app: AppName | string;
  readonly name: string;
  readonly version: number;
}

export const SEALING_INFO = new TextEncoder().encode('wherry secret v1');

export function associatedData({ tenant, recipient, app, name, version }: SecretContext): Uint8Array {
  return canonicalBytes({ tenant, recipient, app, name, version });
}

/** `:` is no character of a device's name. */
export function custodianRecipient(key: KeyId): string {
  return `custodian:${key}`;
}

/** What the digest of a sealed secret is taken of. */
export function sealedBytes(sealed: SealedSecret): Uint8Array {
  return canonicalBytes(sealed);
}
