import {
  fromBase64,
  hasThreshold,
  type PublisherDocument,
  publisherRole,
  type RootDocument,
  rootSigners,
  type TrustDraft,
} from '@wherry/protocol';
import type { Command } from 'commander';
import { refused } from '../failure.ts';
import { digestOf } from '../oci/registry.ts';
import { note, type Shell } from '../shell.ts';
import { keyFolder } from './key-folder.ts';
import { checkSameRelease, entryOf, type KnownApp, learn, namedBy } from './known-app.ts';
import { knownOf, knownPlace, OFFLINE, readKnown } from './known-repository.ts';
import { firstSight, orThrow, remember, type SightOptions, startsOf } from './sight.ts';
import { verifyRaw } from './tuf-keys.ts';
import {
  checkNotLower,
  isKnown,
  type KnownRepository,
  reachRoot,
  verifyPublisher,
  verifyTargets,
} from './verify-served.ts';

/**
 * A draft from elsewhere, before anything in it is signed: the root that it is made on must be the one that this machine knows, or one
 * signed by its keys; the targets those of that root; the roles of apps those of these targets, and none older than what this machine
 * knows. No release changes under its name. Codes: arbitrary_software, rollback_attack, equivocation, outside_delegation,
 * release_disagrees.
 */
export async function verifyDraft(shell: Shell, command: Command, change: TrustDraft): Promise<void> {
  const { tenant, base } = change;
  const options = command.opts<SightOptions>();
  const isRestored = options.acceptRestored === true;
  const keys = keyFolder(shell, options.keys);
  const known = await knownOf(keys, tenant);
  const { root, targets } = base;
  if (root) {
    const starts = await startsOf(
      shell,
      options,
      known.map(({ roots }) => roots),
    );
    verifyRoot(root, starts, isRestored);
    if (targets) orThrow(verifyTargets(root, targets));
    if (starts.length === 0) note(shell, command, firstSight(root));
  } else verifyBeginning(change, known, isRestored);
  // A tenant of the same name at another control plane is another's.
  const same = root ? known.filter(({ roots }) => isReached(roots, root, isRestored)) : [];
  // What is made on older targets takes back what was delegated, given up and raised since.
  for (const { versions } of same)
    orThrow(checkNotLower('targets', targets?.signed.version ?? 0, versions, isRestored));
  verifyRoles(change, same, isRestored);
  checkRelease(change);
  if (!root) return;
  const place = knownPlace(keys, OFFLINE, tenant);
  const offline = await readKnown(place);
  // What is known by its place is learnt there.
  if (isKnown(offline?.roots ?? [], root) || !known.some(({ roots }) => isKnown(roots, root)))
    await remember(shell, command, place, learnFrom(change, root, offline, isRestored));
}

/** Keys that own a repository already would give it away, if the first root of another were not the first. */
function verifyBeginning(
  { tenant, documents }: TrustDraft,
  known: readonly KnownRepository[],
  isRestored: boolean,
): void {
  const signed = documents.root?.signed;
  if (signed !== undefined && signed.version !== 1)
    throw refused(
      'root_gap',
      `the change begins a repository of ${tenant} with root ${signed.version}, and not with 1`,
    );
  const owners = known.flatMap(({ roots }) => roots.at(-1)?.signed.roles.root.keyids ?? []);
  if (isRestored || !signed?.roles.root.keyids.some((id) => owners.includes(id))) return;
  throw refused(
    'rollback_attack',
    `the change begins a repository of ${tenant} with root keys that own one already: if that is right, say so with --accept-restored`,
  );
}

function verifyRoot(root: RootDocument, starts: readonly (readonly RootDocument[])[], isRestored: boolean): void {
  if (!starts.some((start) => isReached(start, root, isRestored)))
    orThrow(reachRoot(starts[0] ?? [], root, [], isRestored));
}

/** Without a control plane too, a machine goes forward with what it has verified. */
function learnFrom(
  { tenant, base }: TrustDraft,
  root: RootDocument,
  before: KnownRepository | null,
  isRestored: boolean,
): KnownRepository {
  const known = before?.roots ?? [];
  const older = known.filter(({ signed }) => signed.version < root.signed.version);
  const versions = { ...before?.versions };
  const apps = { ...before?.apps };
  const see = (role: string, version: number) => {
    versions[role] = isRestored ? version : Math.max(versions[role] ?? 0, version);
  };
  if (base.targets) see('targets', base.targets.signed.version);
  for (const [app, role] of Object.entries(base.publishers ?? {})) {
    see(publisherRole(tenant, app), role.signed.version);
    apps[app] = learn(entryOf(apps, app), role, isRestored);
  }
  return { roots: isKnown(known, root) ? known : [...older, root], versions, apps };
}

function verifyRoles(
  { tenant, base, documents }: TrustDraft,
  known: readonly KnownRepository[],
  isRestored: boolean,
): void {
  for (const [app, role] of Object.entries(documents.publishers ?? {})) {
    const name = publisherRole(tenant, app);
    const before = entryOf(base.publishers, app);
    if (before && !base.targets) throw refused('outside_delegation', `nobody may sign as ${name} yet`);
    if (before && base.targets) orThrow(verifyPublisher(base.targets, name, before));
    const apps = [...known.map(({ apps }) => entryOf(apps, app)), learn(undefined, before ?? null, false)];
    checkNames(app, role, apps);
    for (const { versions } of known)
      orThrow(checkNotLower(name, (before ?? role).signed.version, versions, isRestored));
    if (before && role.signed.version <= before.signed.version)
      throw refused('rollback_attack', `${name} ${role.signed.version} is not newer than ${before.signed.version}`);
  }
}

function checkNames(app: string, role: PublisherDocument, apps: readonly (KnownApp | undefined)[]): void {
  for (const named of namedBy(role))
    for (const known of apps) orThrow(checkSameRelease(known, `${app}@${named.version}`, named));
}

/** The bytes that go with it are those that its role names: what a person reads of them is what is signed. */
function checkRelease({ documents, release }: TrustDraft): void {
  if (release === undefined) return;
  const digest = digestOf(fromBase64(release));
  const roles = Object.values(documents.publishers ?? {});
  if (roles.some((role) => namedBy(role).some((named) => named.digest === digest))) return;
  throw refused('release_disagrees', `the release that goes with the change, ${digest}, is not named by it`);
}

function isReached(known: readonly RootDocument[], root: RootDocument, isRestored: boolean): boolean {
  if (reachRoot(known, root, [], isRestored).ok) return true;
  // Nobody is there to ask for the roots between. Whoever has enough of the keys before could sign those too.
  const newest = known.at(-1);
  return (
    newest !== undefined &&
    root.signed.version > newest.signed.version &&
    hasThreshold(root, rootSigners(newest, 'root'), verifyRaw) &&
    hasThreshold(root, rootSigners(root, 'root'), verifyRaw)
  );
}
