import {
  DIRECTOR_FIELD,
  FLOOR_FIELD,
  nextVersion,
  type PublisherDocument,
  publisherPaths,
  publisherRole,
  type RoleSigners,
  type RootDocument,
  type ServerKeys,
  type TargetsDocument,
  TUF_SPEC_VERSION,
  type TufKey,
} from '@wherry/protocol';
import { tufKeyId, tufKeyOf } from './tuf-keys.ts';

/** The next versions of metadata, without signatures. Pure: each takes what is and gives what shall be. */
export type RootSigned = RootDocument['signed'];
export type TargetsSigned = TargetsDocument['signed'];
export type PublisherSigned = PublisherDocument['signed'];

const DAY_MS = 86_400_000;
export const VALID_MS = { root: 365 * DAY_MS, targets: 365 * DAY_MS, publisher: 365 * DAY_MS } as const;

export interface Owners {
  readonly root: readonly string[];
  readonly rootThreshold: number;
  readonly targets: readonly string[];
  readonly targetsThreshold: number;
}

/** Public keys are 32 bytes as hex everywhere here. */
export function firstRoot(owners: Owners, server: ServerKeys, nowMs: number): RootSigned {
  const role = (publics: readonly string[], threshold: number) => ({ keyids: publics.map(tufKeyId), threshold });
  return {
    _type: 'root',
    spec_version: TUF_SPEC_VERSION,
    version: 1,
    expires: expiry(nowMs, VALID_MS.root),
    consistent_snapshot: true,
    keys: keysOf([...owners.root, ...owners.targets, ...Object.values(server)]),
    roles: {
      root: role(owners.root, owners.rootThreshold),
      targets: role(owners.targets, owners.targetsThreshold),
      snapshot: role([server.snapshot], 1),
      timestamp: role([server.timestamp], 1),
    },
    [DIRECTOR_FIELD]: role([server.director], 1),
  };
}

export function firstTargets(nowMs: number): TargetsSigned {
  const head = { _type: 'targets', spec_version: TUF_SPEC_VERSION, version: nextVersion(0, nowMs) } as const;
  const delegations = { keys: {}, roles: [] };
  return { ...head, expires: expiry(nowMs, VALID_MS.targets), targets: {}, delegations, [FLOOR_FIELD]: {} };
}

export function nextRoot(root: RootSigned, nowMs: number): RootSigned {
  return prunedRoot({ ...structuredClone(root), version: root.version + 1, expires: expiry(nowMs, VALID_MS.root) });
}

export function nextTargets(targets: TargetsSigned, nowMs: number): TargetsSigned {
  const next = {
    ...structuredClone(targets),
    version: nextVersion(targets.version, nowMs),
    expires: expiry(nowMs, VALID_MS.targets),
  };
  const used = new Set(next.delegations.roles.flatMap(({ keyids }) => keyids));
  return { ...next, delegations: { ...next.delegations, keys: only(next.delegations.keys, used) } };
}

export function nextPublisher(current: PublisherSigned | null, nowMs: number): PublisherSigned {
  const head = { _type: 'targets', spec_version: TUF_SPEC_VERSION } as const;
  const version = nextVersion(current?.version ?? 0, nowMs);
  return {
    ...head,
    version,
    expires: expiry(nowMs, VALID_MS.publisher),
    targets: structuredClone(current?.targets ?? {}),
  };
}

/** Keys in and out of a top-level role; a threshold is kept unless another is given. */
export function changeRootRole(
  root: RootSigned,
  role: 'root' | 'targets',
  change: KeyChange,
  nowMs: number,
): RootSigned {
  const next = nextRoot(root, nowMs);
  const changed = changeSigners(next.roles[role], change);
  return prunedRoot({
    ...next,
    keys: { ...next.keys, ...keysOf(change.add ?? []) },
    roles: { ...next.roles, [role]: changed },
  });
}

/** What this control plane signs with now, in place of what it signed with. */
export function changeServerKeys(root: RootSigned, server: ServerKeys, nowMs: number): RootSigned {
  const next = nextRoot(root, nowMs);
  const role = (publicHex: string) => ({ keyids: [tufKeyId(publicHex)], threshold: 1 });
  const roles = { ...next.roles, snapshot: role(server.snapshot), timestamp: role(server.timestamp) };
  const keys = { ...next.keys, ...keysOf(Object.values(server)) };
  return prunedRoot({ ...next, keys, roles, [DIRECTOR_FIELD]: role(server.director) });
}

export interface KeyChange {
  readonly add?: readonly string[];
  /** Key ids. */
  readonly remove?: readonly string[];
  readonly threshold?: number;
}

/** Delegates an app, or changes who signs for it; without a key left the delegation goes. */
export function changePublisher(
  targets: TargetsSigned,
  tenant: string,
  app: string,
  change: KeyChange,
  nowMs: number,
): TargetsSigned {
  const name = publisherRole(tenant, app);
  const before = targets.delegations.roles.find((role) => role.name === name);
  const signers = changeSigners(before ?? { keyids: [], threshold: 1 }, change);
  const roles = targets.delegations.roles.filter((role) => role.name !== name);
  const paths = [...publisherPaths(tenant, app)];
  if (signers.keyids.length > 0) roles.push({ name, ...signers, terminating: true, paths });
  const keys = { ...targets.delegations.keys, ...keysOf(change.add ?? []) };
  return nextTargets({ ...targets, delegations: { keys, roles } }, nowMs);
}

export function raiseFloor(
  targets: TargetsSigned,
  tenant: string,
  app: string,
  counter: number,
  nowMs: number,
): TargetsSigned {
  const next = nextTargets(targets, nowMs);
  return { ...next, [FLOOR_FIELD]: { ...next[FLOOR_FIELD], [`${tenant}/${app}`]: counter } };
}

function changeSigners({ keyids, threshold }: RoleSigners, { add = [], remove = [], ...to }: KeyChange): RoleSigners {
  const ids = [...new Set([...keyids.filter((id) => !remove.includes(id)), ...add.map(tufKeyId)])];
  return { keyids: ids, threshold: to.threshold ?? Math.max(1, Math.min(threshold, ids.length)) };
}

function prunedRoot(root: RootSigned): RootSigned {
  const used = new Set([...Object.values(root.roles), root[DIRECTOR_FIELD]].flatMap(({ keyids }) => keyids));
  return { ...root, keys: only(root.keys, used) };
}

function only(keys: Record<string, TufKey>, used: ReadonlySet<string>): Record<string, TufKey> {
  return Object.fromEntries(Object.entries(keys).filter(([id]) => used.has(id)));
}

function keysOf(publics: readonly string[]): Record<string, TufKey> {
  return Object.fromEntries(publics.map((publicHex) => [tufKeyId(publicHex), tufKeyOf(publicHex)]));
}

function expiry(nowMs: number, validMs: number): string {
  return new Date(nowMs + validMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
