import { z } from 'zod';
import { bootId, deviceId, labels, targetName, tenantId } from '../names.ts';

/** How a new device gets its identity: one POST with a single-use claim token. Keys are SPKI DER in base64. */
export const claimTokenText = z
  .string()
  .max(512)
  .regex(/^wct1\.[A-Za-z0-9_-]+$/, 'claim token: it begins with "wct1."');

export const claimRequest = z.strictObject({
  token: claimTokenText,
  /** Wanted name; the server makes one up from the token's rules when absent. */
  device: deviceId.optional(),
  target: targetName,
  arch: z.string().max(32),
  labels: labels.optional(),
  /** Public half of the Ed25519 key, made on the device, that will sign its reports. */
  reportKey: z.base64().max(256),
  boot: bootId,
});

export const claimResponse = z.strictObject({
  tenant: tenantId,
  device: deviceId,
  /** Secret for MQTT (password; user name is `tenant/device`) and HTTP (Bearer). Stored hashed on the server. */
  secret: z.string().min(32).max(256),
  mqttUrl: z.string().max(512),
  /** Public half of the key that signs desired states. */
  directorKey: z.base64().max(256),
});

export type ClaimRequest = z.infer<typeof claimRequest>;
export type ClaimResponse = z.infer<typeof claimResponse>;
