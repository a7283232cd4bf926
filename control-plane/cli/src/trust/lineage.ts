import { DIRECTOR_FIELD, hasThreshold, type Outcome, type RootDocument, rootSigners } from '@wherry/protocol';
import { verifyRaw } from './tuf-keys.ts';
import { forged, isKnown, isSame, type KnownRepository, ROOTS_KEPT, reachRoot } from './verify-served.ts';

/**
 * Which of the repositories that a machine knows a root belongs to, where no control plane is there to ask. A draft says of what tenant it
 * is, and tenants of many control planes have one name: only roots tell them apart. A repository leads to the roots that it knows and to
 * those that its owners signed. Owners of several lead from each to each: there the keys of their control planes tell. Pure.
 */
type Rooted = Pick<KnownRepository, 'roots'>;

/** One that leads to a root, and the roots to know of it from then on, that root last. */
export interface Leading<T extends Rooted> {
  readonly from: T;
  readonly roots: readonly RootDocument[];
}

/**
 * All that lead there, but those that are certainly another repository than one that does, or than a start that a person gave. What cannot
 * be told apart counts.
 */
export function leadingTo<T extends Rooted>(
  known: readonly T[],
  starts: readonly (readonly RootDocument[])[],
  root: RootDocument,
  isRestored: boolean,
): readonly Leading<T>[] {
  const leading = known.flatMap((from) => {
    const roots = rootsTo(from.roots, root, isRestored);
    return roots ? [{ from, roots }] : [];
  });
  const begun = starts.filter((start) => rootsTo(start, root, isRestored));
  const all = [...leading.map(({ from }) => from.roots), ...begun];
  const near = all.filter((roots) => roots.some((one) => hasSameDirector(one, root)));
  return leading.filter(({ from: { roots } }) => near.includes(roots) || !near.some((one) => areApart(one, roots)));
}

/** Null: they do not lead to the root. */
export function rootsTo(
  known: readonly RootDocument[],
  root: RootDocument,
  isRestored: boolean,
): readonly RootDocument[] | null {
  const reached = reachRoot(known, root, [], isRestored);
  if (reached.ok) return reached.value;
  // Nobody is there to ask for the roots between. Whoever has enough of the keys before could sign those too.
  const newest = known.at(-1);
  const isLater = newest !== undefined && root.signed.version > newest.signed.version;
  return isLater && isSignedBy(root, newest) && isSignedBy(root, root) ? [...known, root].slice(-ROOTS_KEPT) : null;
}

/**
 * Why no start leads to a root, in the words of the one that it belongs to.
 * Codes: arbitrary_software, where it belongs to none; rollback_attack, equivocation, root_gap.
 */
export function whyNot(
  starts: readonly (readonly RootDocument[])[],
  root: RootDocument,
  isRestored: boolean,
): Outcome<unknown> {
  const own =
    starts.find((roots) => isKnown(roots, root)) ?? starts.find((roots) => roots.some((one) => isSignedBy(root, one)));
  return own ? reachRoot(own, root, [], isRestored) : forged('root', root.signed.version);
}

function isSignedBy(root: RootDocument, owners: RootDocument): boolean {
  return hasThreshold(root, rootSigners(owners, 'root'), verifyRaw);
}

function hasSameDirector(one: RootDocument, other: RootDocument): boolean {
  const { keyids } = other.signed[DIRECTOR_FIELD];
  return one.signed[DIRECTOR_FIELD].keyids.some((id) => keyids.includes(id));
}

/** Different roots of one version: a repository has one of each. */
function areApart(some: readonly RootDocument[], others: readonly RootDocument[]): boolean {
  return some.some((one) => others.some((other) => one.signed.version === other.signed.version && !isSame(one, other)));
}
