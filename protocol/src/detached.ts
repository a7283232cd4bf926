import { z } from 'zod';
import { canonicalBytes } from './canonical.ts';
import { preAuthenticationEncoding } from './envelope.ts';

/**
 * Signatures beside what they sign: for small messages that travel often, where an envelope would cost more than its content. What
 * is signed is the pre-authentication encoding (envelope.ts) of a type of its own and the canonical JSON of the message with the
 * device's full name, so that a message of one kind, or for one device, is never taken for another. No key is named: who
 * verifies knows the few keys that may have signed.
 */
export const DETACHED_TYPES = {
  /** By the director, to a device. */
  ack: 'application/vnd.wherry.ack.v1+json',
  command: 'application/vnd.wherry.command.v1+json',
  /** By a device's report key. */
  usage: 'application/vnd.wherry.usage.v1+json',
} as const;
export type DetachedType = keyof typeof DETACHED_TYPES;

/** Whom or what a message is about. */
export interface DeviceName {
  readonly tenant: string;
  readonly device: string;
}

/** Ed25519: 64 bytes, standard base64. */
export const detachedSignature = z
  .string()
  .regex(/^[A-Za-z0-9+/]{85}[AQgw]==$/, 'a signature is 64 bytes in standard base64');

/** The bytes that are signed. `content` is the message without its signature, and what its topic says beyond the device. */
export function detachedBytes(type: DetachedType, { tenant, device }: DeviceName, content: object): Uint8Array {
  return preAuthenticationEncoding(DETACHED_TYPES[type], canonicalBytes({ tenant, device, content }));
}
