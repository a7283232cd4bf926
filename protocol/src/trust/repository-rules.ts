import { type Outcome, refuse, succeed } from '../errors.ts';
import { type RootDocument, type TargetsDocument, TRUST_BOUNDS, type TrustDocument } from './metadata.ts';
import { publisherPaths, publisherRole } from './release-target.ts';
import { DIRECTOR_FIELD, FLOOR_FIELD } from './repository-fields.ts';
import { hasThreshold, rootSigners, type TrustSigners, type VerifyRaw } from './signers.ts';

/**
 * What the next root and the next targets of a tenant's repository may be. The control plane takes nothing else, and the command line
 * sends nothing else. A device has rules of its own: these keep a mistake of an owner from reaching it.
 */
export interface TrustRules {
  readonly tenant: string;
  readonly nowMs: number;
  readonly verify: VerifyRaw;
}

/** Keys that only the control plane has, 32 bytes as hex: a root without them could not be served. */
export interface ServerKeys {
  readonly snapshot: string;
  readonly timestamp: string;
  readonly director: string;
}

/** Codes: version_not_higher, expired, metadata_malformed, key_unknown, signature_missing. */
export function checkRoot(
  next: RootDocument,
  current: RootDocument | null,
  server: ServerKeys,
  rules: TrustRules,
): Outcome<void> {
  const head = checkHead('root', next, current, rules);
  if (!head.ok) return head;
  const { keys, roles } = next.signed;
  const director = next.signed[DIRECTOR_FIELD];
  for (const [name, role] of Object.entries({ ...roles, director })) {
    const usable = checkReachable(name, { ...role, keys });
    if (!usable.ok) return usable;
  }
  for (const [name, role, own] of [
    ['snapshot', roles.snapshot, server.snapshot],
    ['timestamp', roles.timestamp, server.timestamp],
    ['director', director, server.director],
  ] as const)
    if (role.threshold !== 1 || !role.keyids.some((id) => keys[id]?.keyval.public === own))
      return refuse(
        'key_unknown',
        `the root does not let this control plane sign as ${name}: use its key, threshold 1`,
      );
  if (current && !hasThreshold(next, rootSigners(current, 'root'), rules.verify))
    return refuse(
      'signature_missing',
      `root ${next.signed.version} is not signed by enough keys of the root before it`,
    );
  return checkSigned('root', next, rootSigners(next, 'root'), rules);
}

/** Codes: those of checkRoot, and outside_delegation, delegation_diamond, rollback_attack. */
export function checkTargets(
  next: TargetsDocument,
  current: TargetsDocument | null,
  root: RootDocument,
  rules: TrustRules,
): Outcome<void> {
  const head = checkHead('targets', next, current, rules);
  if (!head.ok) return head;
  const { delegations } = next.signed;
  const names = new Set<string>();
  for (const role of delegations.roles) {
    const app = /^[a-z0-9_-]+\/([a-z0-9_-]+)\/\*$/.exec(role.paths[0] ?? '')?.[1] ?? '';
    if (role.name !== publisherRole(rules.tenant, app) || role.paths[0] !== publisherPaths(rules.tenant, app)[0])
      return refuse('outside_delegation', `the role ${role.name} is not that of an app of ${rules.tenant}`);
    if (names.has(role.name)) return refuse('delegation_diamond', `the role ${role.name} is delegated twice`);
    names.add(role.name);
    const usable = checkReachable(role.name, { ...role, keys: delegations.keys });
    if (!usable.ok) return usable;
  }
  const floors = next.signed[FLOOR_FIELD];
  if (Object.keys(floors).some((name) => !name.startsWith(`${rules.tenant}/`)))
    return refuse('outside_delegation', `a floor is not of an app of ${rules.tenant}`);
  for (const [name, floor] of Object.entries(current?.signed[FLOOR_FIELD] ?? {}))
    if ((floors[name] ?? 0) < floor) return refuse('rollback_attack', `the floor of ${name} goes below ${floor}`);
  return checkSigned('targets', next, rootSigners(root, 'targets'), rules);
}

/** A higher version and an expiry that is ahead, neither of them so far that there is no way on. Roots follow each other one by one. */
export function checkHead(
  what: string,
  next: TrustDocument,
  current: TrustDocument | null,
  { nowMs }: TrustRules,
): Outcome<void> {
  const { version } = next.signed;
  const lowest = (current?.signed.version ?? 0) + 1;
  const highest = next.signed._type === 'root' ? lowest : Math.max(lowest, nowMs + VERSION_AHEAD_MS);
  if (version < lowest || version > highest)
    return refuse('version_not_higher', `${what} has version ${version}; the next one is ${lowest}`);
  const expiresAtMs = Date.parse(next.signed.expires);
  if (!(expiresAtMs > nowMs)) return refuse('expired', `${what} expires at ${next.signed.expires}, which is past`);
  if (expiresAtMs > nowMs + TRUST_BOUNDS.validMsMax)
    return refuse('metadata_malformed', `${what} would be valid for more than three years: choose an earlier expiry`);
  return succeed(undefined);
}

const VERSION_AHEAD_MS = 86_400_000;

/**
 * Versions of all but roots follow the clock, in ms: after a control plane was restored from an older copy, what is signed next is
 * above everything that devices have seen, and nobody has to remember how far they were (A3).
 */
export function nextVersion(current: number, nowMs: number): number {
  return Math.max(current + 1, Math.floor(nowMs));
}

export function checkSigned(
  what: string,
  document: TrustDocument,
  signers: TrustSigners,
  { verify }: TrustRules,
): Outcome<void> {
  if (hasThreshold(document, signers, verify)) return succeed(undefined);
  return refuse(
    'signature_missing',
    `${what} ${document.signed.version} needs ${signers.threshold} signatures of: ${signers.keyids.map((id) => id.slice(0, 12)).join(', ')}`,
  );
}

function checkReachable(name: string, { keyids, threshold, keys }: TrustSigners): Outcome<void> {
  const materials = keyids.map((id) => (Object.hasOwn(keys, id) ? keys[id]?.keyval.public : undefined));
  if (materials.includes(undefined)) return refuse('metadata_malformed', `${name} names a key that is not there`);
  if (new Set(materials).size !== keyids.length) return refuse('metadata_malformed', `${name} names a key twice`);
  if (keyids.length < threshold) return refuse('metadata_malformed', `${name} needs more signatures than it has keys`);
  return succeed(undefined);
}
