import { z } from 'zod';

/**
 * Names that travel: in topics, URLs, file names and SQL. One pattern for all of them, so that no name can be read as a
 * path, an MQTT wildcard or a NATS wildcard (docs: DESIGN "The wire").
 */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const SEMVER_PATTERN =
  /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
export const DIGEST_PATTERN = /^sha256:[0-9a-f]{64}$/;

const name = (what: string) =>
  z.string().regex(NAME_PATTERN, `${what}: use 1 to 63 of a-z, 0-9, "-" and "_", beginning with a letter or digit`);

export const tenantId = name('tenant').brand<'TenantId'>();
export const deviceId = name('device').brand<'DeviceId'>();
export const appName = name('app').brand<'AppName'>();
export const targetName = name('target').brand<'TargetName'>();
export const labelName = name('label');
export const labelValue = name('label value');
export const labels = z.record(labelName, labelValue);

/** `sha256:` and 64 lower-case hex digits, as OCI writes a digest. */
export const digest = z
  .string()
  .regex(DIGEST_PATTERN, 'digest: write sha256: and 64 lower-case hex digits')
  .brand<'Digest'>();
/** Semantic version 2.0 without build metadata. */
export const version = z
  .string()
  .max(64)
  .regex(SEMVER_PATTERN, 'version: write it as MAJOR.MINOR.PATCH, for example 1.4.0')
  .brand<'Version'>();
/** Random id of one start of an agent: 32 hex digits. */
export const bootId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'BootId'>();
/** Ids that the control plane makes: 26 characters, sortable by time (ULID alphabet, lower case). */
export const rolloutId = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{26}$/)
  .brand<'RolloutId'>();
/** First 32 hex digits of the SHA-256 of a public key in SPKI DER form. */
export const keyId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'KeyId'>();

export type TenantId = z.infer<typeof tenantId>;
export type DeviceId = z.infer<typeof deviceId>;
export type AppName = z.infer<typeof appName>;
export type TargetName = z.infer<typeof targetName>;
export type Labels = z.infer<typeof labels>;
export type Digest = z.infer<typeof digest>;
export type Version = z.infer<typeof version>;
export type BootId = z.infer<typeof bootId>;
export type RolloutId = z.infer<typeof rolloutId>;
export type KeyId = z.infer<typeof keyId>;
