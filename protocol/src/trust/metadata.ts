import { z } from 'zod';
import { DIRECTOR_FIELD, directorField, FLOOR_FIELD, floorField } from './repository-fields.ts';

/**
 * The TUF metadata that owners and publishers write, as Wherry writes it: a narrow form of TUF 1.0 §4 with Ed25519 keys, consistent
 * snapshots, and one delegated role for each app. Devices read more than this; the control plane and the command line take no more.
 */
export const TUF_SPEC_VERSION = '1.0.31';
export const TRUST_BOUNDS = {
  keysPerRole: 16,
  delegations: 1_000,
  targetsPerRole: 1_000,
  validMsMax: 3 * 366 * 86_400_000,
} as const;

export const tufKeyId = z.string().regex(/^[0-9a-f]{64}$/, 'a key id of TUF has 64 lower-case hex digits');
export const tufKey = z.strictObject({
  keytype: z.literal('ed25519'),
  scheme: z.literal('ed25519'),
  keyval: z.strictObject({ public: z.string().regex(/^[0-9a-f]{64}$/) }),
});
const keys = z.record(tufKeyId, tufKey);
const signers = {
  keyids: z.array(tufKeyId).min(1).max(TRUST_BOUNDS.keysPerRole),
  threshold: z.int().min(1).max(TRUST_BOUNDS.keysPerRole),
};
const roleSigners = z.strictObject(signers);
const head = {
  spec_version: z.literal(TUF_SPEC_VERSION),
  version: z.int().min(1),
  expires: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'an expiry is written like 2027-01-31T00:00:00Z'),
};

export const rootSigned = z.strictObject({
  _type: z.literal('root'),
  ...head,
  consistent_snapshot: z.literal(true),
  keys,
  roles: z.strictObject({ root: roleSigners, targets: roleSigners, snapshot: roleSigners, timestamp: roleSigners }),
  [DIRECTOR_FIELD]: directorField,
});

export const publisherDelegation = z.strictObject({
  name: z.string().max(160),
  ...signers,
  terminating: z.literal(true),
  paths: z.array(z.string().max(160)).length(1),
});

export const targetsSigned = z.strictObject({
  _type: z.literal('targets'),
  ...head,
  /** Delegations only. */
  targets: z.strictObject({}),
  delegations: z.strictObject({ keys, roles: z.array(publisherDelegation).max(TRUST_BOUNDS.delegations) }),
  [FLOOR_FIELD]: floorField,
});

export const signedTarget = z.strictObject({
  length: z.int().min(1),
  hashes: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** releaseCustom; looked at by checkPublisher. */
  custom: z.record(z.string(), z.unknown()),
});

export const publisherSigned = z.strictObject({
  _type: z.literal('targets'),
  ...head,
  targets: z.record(z.string().max(256), signedTarget),
});

const signatures = z
  .array(z.strictObject({ keyid: tufKeyId, sig: z.string().regex(/^[0-9a-f]{128}$/) }))
  .max(2 * TRUST_BOUNDS.keysPerRole);
export const rootDocument = z.strictObject({ signatures, signed: rootSigned }).meta({ id: 'TrustRoot' });
export const targetsDocument = z.strictObject({ signatures, signed: targetsSigned }).meta({ id: 'TrustTargets' });
export const publisherDocument = z.strictObject({ signatures, signed: publisherSigned }).meta({ id: 'TrustPublisher' });

export type TufKey = z.infer<typeof tufKey>;
export type RoleSigners = z.infer<typeof roleSigners>;
export type RootDocument = z.infer<typeof rootDocument>;
export type TargetsDocument = z.infer<typeof targetsDocument>;
export type PublisherDocument = z.infer<typeof publisherDocument>;
export type PublisherDelegation = z.infer<typeof publisherDelegation>;
export type TrustDocument = RootDocument | TargetsDocument | PublisherDocument;
