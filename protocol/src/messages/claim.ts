import { z } from 'zod';
import { bootId, deviceId, labels, targetName, tenantId } from '../names.ts';

/** How a new device gets its identity: one POST with a single-use claim token. Keys are SPKI DER in base64. */
export const claimTokenText = z
  .string()
  .max(512)
  .regex(/^wct1\.[A-Za-z0-9_-]+$/, 'claim token: it begins with "wct1."');

const CLAIM_TOKEN_PREFIX = 'wct1.';
const FINGERPRINT = /^([0-9a-f]{64})?$/;
/** SHA-256 of an authority's certificate (DER), lower-case hex. */
export const authorityFingerprint = z.string().regex(/^[0-9a-f]{64}$/);

export const certificatePem = z
  .string()
  .max(8 * 1024)
  .startsWith('-----BEGIN CERTIFICATE-----');
export const certificateRequestPem = z
  .string()
  .max(4 * 1024)
  .startsWith('-----BEGIN CERTIFICATE REQUEST-----');

export const claimRequest = z.strictObject({
  token: claimTokenText,
  /** Wanted name; the server makes one up from the token's rules when absent. */
  device: deviceId.optional(),
  target: targetName,
  arch: z.string().max(32),
  labels: labels.optional(),
  /** Public half of the Ed25519 key, made on the device, that will sign its reports. */
  reportKey: z.base64().max(256),
  /** PKCS#10 as PEM, for the P-256 key of its TLS certificate. Needed on listeners with TLS; its subject is not looked at. */
  csr: certificateRequestPem.optional(),
  boot: bootId,
});

export const claimResponse = z.strictObject({
  tenant: tenantId,
  device: deviceId,
  /**
   * On plain listeners. Secret for MQTT (password; user name is `tenant/device`) and HTTP (Bearer); stored hashed on the server, and
   * good on plain listeners only.
   */
  secret: z.string().min(32).max(256).optional(),
  /** On listeners with TLS: the device's certificate, for the key of `csr`. */
  certificate: certificatePem.optional(),
  mqttUrl: z.string().max(512),
});

/** A device asks for its next certificate: for a new key, or for the same one again when the answer was lost. */
export const renewRequest = z.strictObject({
  csr: certificateRequestPem,
  /** Fingerprints of the authorities that it believes; absent: the one under whose certificate it found the control plane. */
  authorities: z.array(authorityFingerprint).min(1).max(8).optional(),
});
export const renewResponse = z.strictObject({ certificate: certificatePem });

/**
 * A header of answers to devices, once the control plane's authority has ever been rolled over: the first 16 digits of the fingerprint of each
 * authority that is to be believed, separated by commas; the device's certificate is to be of the first one. A hint: what is
 * believed is decided by signatures (docs/specs/identity.md).
 */
export const AUTHORITIES_HEADER = 'wherry-authorities';
export const AUTHORITY_HINT_DIGITS = 16;

/** The parts of a claim token: `id|secret|fingerprint`, the last one empty where the control plane has no TLS of its own. */
export function readClaimToken(text: string): ClaimTokenParts | null {
  if (!claimTokenText.safeParse(text).success) return null;
  const standard = text.slice(CLAIM_TOKEN_PREFIX.length).replaceAll('-', '+').replaceAll('_', '/');
  if (standard.length % 4 === 1) return null;
  const [id, secret, fingerprint, ...rest] = atob(standard).split('|');
  if (!id || !secret || fingerprint === undefined || rest.length > 0) return null;
  return FINGERPRINT.test(fingerprint) ? { id, secret, fingerprint } : null;
}

export interface ClaimTokenParts {
  readonly id: string;
  readonly secret: string;
  /** SHA-256 of the authority's certificate (DER), lower-case hex; empty when there is nothing to pin. */
  readonly fingerprint: string;
}

export type RenewRequest = z.infer<typeof renewRequest>;
export type ClaimRequest = z.infer<typeof claimRequest>;
export type ClaimResponse = z.infer<typeof claimResponse>;
