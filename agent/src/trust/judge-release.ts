import {
  type DesiredWorkload,
  DIRECTOR_FIELD,
  directorField,
  doesCustomAgree,
  FLOOR_FIELD,
  floorField,
  LIMITS,
  type Outcome,
  publisherRole,
  type Release,
  type ReleaseCustom,
  refuse,
  release,
  releaseCustom,
  releaseTargetPath,
  succeed,
} from '@wherry/protocol';
import { type KeyRing, makeKeyRing } from './keys.ts';
import { digestOf, readPayload } from './payload.ts';
import type { RootFile, TargetsFile } from './tuf/metadata.ts';
import type { TrustedTarget } from './tuf/search.ts';
import { publicKeyOf } from './tuf/signatures.ts';

/**
 * Where both sides meet: what the director wants of this device, and what the owner's keys say may exist. Neither can do without the
 * other (DESIGN "Trust"). Pure: what is judged comes in. Whether this device's policy allows it is another question (core/fit.ts).
 */
export interface JudgedBy {
  readonly tenant: string;
  /** Class of this device. */
  readonly deviceTarget: string | null;
}

/** Codes: release_disagrees, outside_delegation, payload_too_large, metadata_malformed, below_floor, wrong_target. */
export function judgeRelease(
  wanted: Pick<DesiredWorkload, 'app' | 'version' | 'release'>,
  target: TrustedTarget,
  { tenant, deviceTarget }: JudgedBy,
): Outcome<ReleaseCustom> {
  const what = `${wanted.app} ${wanted.version}`;
  if (target.path !== releaseTargetPath(tenant, wanted.app, wanted.version))
    return refuse('release_disagrees', `the target ${target.path} is not ${what}`);
  const role = publisherRole(tenant, wanted.app);
  if (target.roles.length !== 2 || target.roles[1] !== role)
    return refuse('outside_delegation', `${what} is named by ${target.roles.join(' > ')}, not by ${role}`);
  if (wanted.release !== `sha256:${target.hashes.sha256}`)
    return refuse('release_disagrees', `the director wants ${wanted.release} as ${what}, the publisher signed another`);
  if (target.lengthBytes > LIMITS.releaseBytes)
    return refuse('payload_too_large', `${what} is larger than ${LIMITS.releaseBytes} bytes`);
  const custom = releaseCustom.safeParse(target.custom);
  if (!custom.success || custom.data.app !== wanted.app || custom.data.version !== wanted.version)
    return refuse('release_disagrees', `the signed summary is not that of ${what}`);
  const floor = floorOf(target.top, tenant, wanted.app);
  if (!floor.ok) return floor;
  if (custom.data.releaseCounter < floor.value)
    return refuse('below_floor', `${what} has counter ${custom.data.releaseCounter}, the floor is ${floor.value}`);
  const { targets } = custom.data;
  if (targets !== undefined && !targets.some((name) => name === deviceTarget))
    return refuse(
      'wrong_target',
      `${what} is made for ${targets.join(', ')}, this device is ${deviceTarget ?? 'of no class'}`,
    );
  return succeed(custom.data);
}

/** The payload that was judged, and no other. Codes: length_mismatch, digest_mismatch, invalid_manifest, release_disagrees. */
export function openJudged(bytes: Uint8Array, target: TrustedTarget, custom: ReleaseCustom): Outcome<Release> {
  const what = `${custom.app} ${custom.version}`;
  if (bytes.length !== target.lengthBytes)
    return refuse('length_mismatch', `${what} has ${bytes.length} bytes, ${target.lengthBytes} were signed`);
  if (digestOf(bytes) !== `sha256:${target.hashes.sha256}`)
    return refuse('digest_mismatch', `the bytes of ${what} are not those that were signed`);
  const read = readPayload(bytes, release, `release ${what}`, 'invalid_manifest');
  if (read.ok && !doesCustomAgree(custom, read.value))
    return refuse('release_disagrees', `${what} says other things than its signed summary`);
  return read;
}

/** Lowest counter that may be installed. Code: metadata_malformed. */
export function floorOf(top: TargetsFile, tenant: string, app: string): Outcome<number> {
  const floors = floorField.optional().safeParse(top.signed.unrecognizedFields[FLOOR_FIELD]);
  if (!floors.success) return refuse('metadata_malformed', 'the floors in the targets cannot be read');
  const key = `${tenant}/${app}`;
  return succeed(floors.data !== undefined && Object.hasOwn(floors.data, key) ? (floors.data[key] ?? 0) : 0);
}

export interface DirectorKeys {
  readonly ring: KeyRing;
  readonly threshold: number;
}

/** Who may sign desired states. A threshold that its keys cannot reach is refused. Code: metadata_malformed. */
export function directorOf(root: RootFile): Outcome<DirectorKeys> {
  const field = directorField.safeParse(root.signed.unrecognizedFields[DIRECTOR_FIELD]);
  if (!field.success) return refuse('metadata_malformed', 'the root names no director');
  const { keyids, threshold } = field.data;
  const { keys } = root.signed;
  const spki = keyids.flatMap((id) => {
    const key = Object.hasOwn(keys, id) ? keys[id] : undefined;
    const object = key === undefined ? null : publicKeyOf(key);
    return object === null ? [] : [object.export({ format: 'der', type: 'spki' }).toString('base64')];
  });
  const ring = makeKeyRing(spki);
  if (!ring.ok || spki.length !== keyids.length || ring.value.ids.size < threshold)
    return refuse('metadata_malformed', 'the keys of the director cannot be used');
  return succeed({ ring: ring.value, threshold });
}
