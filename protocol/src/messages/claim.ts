import { z } from 'zod';
import { bootId, deviceId, labels, targetName, tenantId } from '../names.ts';

/** How a new device gets its identity: one POST with a single-use claim token. Keys are SPKI DER in base64. */
export const claimTokenText = z
  .string()
  .max(512)
  .regex(/^wct1\.[A-Za-z0-9_-]+$/, 'claim token: it begins with "wct1."');

const CLAIM_TOKEN_PREFIX = 'wct1.';
const FINGERPRINT = /^([0-9a-f]{64})?$/;

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
  /** Public half of the key that signs desired states. */
  directorKey: z.base64().max(256),
});

/** A device asks for its next certificate: for a new key, or for the same one again when the answer was lost. */
export const renewRequest = z.strictObject({ csr: certificateRequestPem });
export const renewResponse = z.strictObject({ certificate: certificatePem });

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

export type RenewResponse = z.infer<typeof renewResponse>;
export type ClaimRequest = z.infer<typeof claimRequest>;
export type ClaimResponse = z.infer<typeof claimResponse>;
