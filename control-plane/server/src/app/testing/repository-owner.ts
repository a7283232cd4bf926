import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  canonicalBytes,
  customOfRelease,
  DIRECTOR_FIELD,
  FLOOR_FIELD,
  nextVersion,
  type PublisherDocument,
  publisherPaths,
  publisherRole,
  type Release,
  type RootDocument,
  releaseTargetPath,
  type ServerKeys,
  type TargetsDocument,
  TUF_SPEC_VERSION,
  tufSignedBytes,
} from '@wherry/protocol';
import { rawPublicKey } from '../../trust/key-file.ts';
import { tufKeyId } from '../../trust/tuf-keys.ts';
import type { AppContext } from '../context.ts';
import { serverKeys } from '../trust/read-repository.ts';

/** An owner of a repository with a key for each role, who signs what a test writes, right or wrong. */
export interface OwnerKey {
  readonly id: string;
  readonly publicHex: string;
  readonly privateKey: KeyObject;
}

export function makeOwnerKey(): OwnerKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicHex = rawPublicKey(privateKey);
  return { id: tufKeyId(publicHex), publicHex, privateKey };
}

export function signAs<T extends object>(signed: T, ...keys: readonly OwnerKey[]) {
  const sig = ({ privateKey }: OwnerKey) => sign(null, tufSignedBytes(signed), privateKey).toString('hex');
  return { signatures: keys.map((key) => ({ keyid: key.id, sig: sig(key) })), signed };
}

const tufKeys = (...publics: readonly string[]) =>
  Object.fromEntries(
    publics.map((one) => [tufKeyId(one), { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: one } } as const]),
  );
const role = (...publics: readonly string[]) => ({ keyids: publics.map(tufKeyId), threshold: 1 });

export function expiresAt(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The first root and targets of the tenant `default`, in which one key publishes the app `thermostat`. */
export function beginRepository(context: Pick<AppContext, 'online' | 'director' | 'clock'>, tenant = 'default') {
  return beginOver(serverKeys(context), context.clock.nowMs(), tenant);
}

/** The same for a control plane of which only the public keys are known. */
export function beginOver(server: ServerKeys, nowMs: number, tenant = 'default', apps = ['thermostat']) {
  const keys = { root: makeOwnerKey(), targets: makeOwnerKey(), publisher: makeOwnerKey() };
  const head = {
    spec_version: TUF_SPEC_VERSION,
    version: 1,
    expires: expiresAt(nowMs + 400 * 86_400_000),
  } as const;
  const root: RootDocument['signed'] = {
    _type: 'root',
    ...head,
    consistent_snapshot: true,
    keys: tufKeys(keys.root.publicHex, keys.targets.publicHex, ...Object.values(server)),
    roles: {
      root: role(keys.root.publicHex),
      targets: role(keys.targets.publicHex),
      snapshot: role(server.snapshot),
      timestamp: role(server.timestamp),
    },
    [DIRECTOR_FIELD]: role(server.director),
  };
  const targets: TargetsDocument['signed'] = {
    _type: 'targets',
    ...head,
    targets: {},
    delegations: delegations(apps, tenant, keys.publisher),
    [FLOOR_FIELD]: {},
  };
  const publisher = (
    version: number,
    releases: readonly (readonly [Release, string])[],
  ): PublisherDocument['signed'] => ({
    _type: 'targets',
    ...head,
    version,
    targets: Object.fromEntries(
      releases.map(([release, digest]) => [
        releaseTargetPath(tenant, release.app, release.version),
        {
          length: Math.max(1, canonicalBytes(release).length),
          hashes: { sha256: digest.slice(7) },
          custom: { ...customOfRelease(release) },
        },
      ]),
    ),
  });
  return {
    keys,
    root,
    targets,
    publisher,
    documents: { root: signAs(root, keys.root), targets: signAs(targets, keys.targets) },
  };
}

/** The next targets, signed, in which the publisher's key signs one more app. */
export function delegateTo(
  targets: TargetsDocument['signed'],
  app: string,
  tenant: string,
  keys: { readonly targets: OwnerKey; readonly publisher: OwnerKey },
  nowMs: number,
) {
  const more = delegations([app], tenant, keys.publisher);
  const { roles, keys: known } = targets.delegations;
  const next = { keys: { ...known, ...more.keys }, roles: [...roles, ...more.roles] };
  return signAs({ ...targets, version: nextVersion(targets.version, nowMs), delegations: next }, keys.targets);
}

function delegations(apps: readonly string[], tenant: string, { publicHex }: OwnerKey) {
  const roles = apps.map((app) => ({
    name: publisherRole(tenant, app),
    ...role(publicHex),
    terminating: true as const,
    paths: [...publisherPaths(tenant, app)],
  }));
  return { keys: apps.length > 0 ? tufKeys(publicHex) : {}, roles };
}
