import {
  hasThreshold,
  type Outcome,
  type PublisherDocument,
  publisherSigners,
  type RootDocument,
  refuse,
  rootSigners,
  succeed,
  type TargetsDocument,
  tufCanonicalJson,
} from '@wherry/protocol';
import { entryOf, type KnownApp } from './known-app.ts';
import { verifyRaw } from './tuf-keys.ts';

/**
 * Whether what a control plane shows is what owners and publishers signed. Nothing is made on, and signed over, a document that is not:
 * whoever holds the control plane, or writes its database, would have it signed. Pure. An expiry does not count here: signing anew is
 * the answer to it.
 */
export interface KnownRepository {
  /** Roots that this machine has accepted, in their order; the last one is the one it goes by. */
  readonly roots: readonly RootDocument[];
  /** The version of each role that this machine has taken to the control plane last, or without one has verified in a draft. */
  readonly versions: Readonly<Record<string, number>>;
  /** What verified roles have named, by app. */
  readonly apps: Readonly<Record<string, KnownApp>>;
}

/** As many roots as are kept, for the day when a control plane is restored from an old copy. */
export const ROOTS_KEPT = 64;

/**
 * The roots to know from now on, the served one last. `between` are roots after the last known one, as served. With `isRestored` an older
 * root that this machine knows may be served, and what follows it.
 * Codes: arbitrary_software, rollback_attack, equivocation, root_gap.
 */
export function reachRoot(
  known: readonly RootDocument[],
  served: RootDocument,
  between: readonly RootDocument[],
  isRestored: boolean,
): Outcome<readonly RootDocument[]> {
  const pinned = known.at(-1);
  if (!pinned) return isSignedByItself(served) ? succeed([served]) : forged('root', served.signed.version);
  if (!isRestored) {
    const way = wayTo(pinned, served, between);
    return way.ok ? succeed([...known, ...way.value].slice(-ROOTS_KEPT)) : way;
  }
  for (let at = known.length - 1; at >= 0; at -= 1) {
    const way = wayTo(known[at] as RootDocument, served, between);
    if (way.ok) return succeed([...known.slice(0, at + 1), ...way.value].slice(-ROOTS_KEPT));
  }
  return forged('root', served.signed.version);
}

function wayTo(
  from: RootDocument,
  served: RootDocument,
  between: readonly RootDocument[],
): Outcome<readonly RootDocument[]> {
  const version = served.signed.version;
  if (version < from.signed.version)
    return refuse(
      'rollback_attack',
      `the control plane shows root ${version}, and this machine knows root ${from.signed.version}: ${RESTORED}`,
    );
  if (version === from.signed.version) {
    if (isSame(from, served)) return succeed([]);
    return hasThreshold(served, rootSigners(from, 'root'), verifyRaw)
      ? refuse('equivocation', `there are two roots ${version}, and this machine knows the other: ${RESTORED}`)
      : forged('root', version);
  }
  const way: RootDocument[] = [];
  let before = from;
  for (let next = from.signed.version + 1; next <= version; next += 1) {
    const root = next === version ? served : between.find(({ signed }) => signed.version === next);
    if (!root) return refuse('root_gap', `root ${next} is missing on the way to root ${version}: ${GIVEN}`);
    if (!follows(before, root)) return forged('root', next);
    way.push(root);
    before = root;
  }
  return succeed(way);
}

/** The next root, signed by the thresholds of both. */
export function follows(before: RootDocument, root: RootDocument): boolean {
  return (
    root.signed.version === before.signed.version + 1 &&
    hasThreshold(root, rootSigners(before, 'root'), verifyRaw) &&
    isSignedByItself(root)
  );
}

/** Whether a machine has accepted exactly this root before. */
export function isKnown(known: readonly RootDocument[], root: RootDocument): boolean {
  return known.some((one) => isSame(one, root));
}

export function isSame(one: RootDocument, other: RootDocument): boolean {
  return tufCanonicalJson(one.signed) === tufCanonicalJson(other.signed);
}

/** Code: arbitrary_software. */
export function verifyTargets(root: RootDocument, targets: TargetsDocument): Outcome<void> {
  if (hasThreshold(targets, rootSigners(root, 'targets'), verifyRaw)) return succeed(undefined);
  return forged('targets', targets.signed.version);
}

/** Codes: outside_delegation, arbitrary_software. */
export function verifyPublisher(targets: TargetsDocument, role: string, document: PublisherDocument): Outcome<void> {
  const signers = publisherSigners(targets, role);
  if (signers === null)
    return refuse('outside_delegation', `nobody may sign as ${role}: let somebody with "wherry trust delegate"`);
  return hasThreshold(document, signers, verifyRaw) ? succeed(undefined) : forged(role, document.signed.version);
}

/** Code: rollback_attack. */
export function checkNotLower(
  role: string,
  version: number,
  versions: KnownRepository['versions'],
  isRestored: boolean,
): Outcome<void> {
  const last = entryOf(versions, role) ?? 0;
  if (isRestored || version >= last) return succeed(undefined);
  const seen = version === 0 ? `no ${role}` : `${role} ${version}`;
  return refuse('rollback_attack', `the control plane shows ${seen}, and ${last} was sent from here: ${RESTORED}`);
}

function isSignedByItself(root: RootDocument): boolean {
  return hasThreshold(root, rootSigners(root, 'root'), verifyRaw);
}

const RESTORED =
  'if it was restored from an older copy, say so with --accept-restored; if not, somebody else has been in it';
const GIVEN = 'give the newest root, from somebody who keeps it, with --trust root.json';

/** Code: arbitrary_software. */
export function forged(role: string, version: number): Outcome<never> {
  return refuse(
    'arbitrary_software',
    `${role} ${version}, as the control plane shows it, is not signed by enough of the keys that this machine knows: sign nothing, and look who has been in it (docs/operating/trust.md). If it is yours, ${GIVEN}`,
  );
}
