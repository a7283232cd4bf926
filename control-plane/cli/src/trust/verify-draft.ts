import { dirname } from 'node:path';
import {
  fromBase64,
  type PublisherDocument,
  publisherRole,
  type RootDocument,
  type TrustDraft,
} from '@wherry/protocol';
import type { Command } from 'commander';
import { refused } from '../failure.ts';
import { digestOf } from '../oci/registry.ts';
import { note, type Shell } from '../shell.ts';
import { keyFolder } from './key-folder.ts';
import { checkSameRelease, entryOf, type KnownApp, learn, namedBy } from './known-app.ts';
import { type KnownRecord, knownOf, OFFLINE_MAX, offlinePlace } from './known-repository.ts';
import { type Leading, leadingTo, rootsTo, whyNot } from './lineage.ts';
import { firstSight, orThrow, remember, type SightOptions, startsOf } from './sight.ts';
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
 * knows. No release changes under its name. Codes: arbitrary_software, rollback_attack, equivocation, root_gap, outside_delegation,
 * release_disagrees; not_allowed_in_state, where no more can be known.
 */
export async function verifyDraft(shell: Shell, command: Command, change: TrustDraft): Promise<void> {
  const { tenant, base } = change;
  const options = command.opts<SightOptions>();
  const isRestored = options.acceptRestored === true;
  const keys = keyFolder(shell, options.keys);
  const known = await knownOf(keys, tenant);
  const { root, targets } = base;
  const knownRoots = known.map(({ roots }) => roots);
  const starts = root ? await startsOf(shell, options, knownRoots) : [];
  if (root) {
    verifyRoot(root, starts, isRestored);
    if (targets) orThrow(verifyTargets(root, targets));
    if (starts.length === 0) note(shell, command, firstSight(root));
  } else verifyBeginning(change, known, isRestored);
  // A tenant of the same name at another control plane is another's.
  const same = root ? leadingTo(known, starts, root, isRestored) : [];
  const before = same.map(({ from }) => from);
  // What is made on older targets takes back what was delegated, given up and raised since.
  for (const { versions } of before)
    orThrow(checkNotLower('targets', targets?.signed.version ?? 0, versions, isRestored));
  verifyRoles(change, before, isRestored);
  checkRelease(change);
  if (!root) return;
  const [given = [root]] = starts.filter((start) => !knownRoots.includes(start));
  const place = offlinePlace(keys, tenant, given[0] ?? root);
  const fresh = { place, roots: rootsTo(given, root, isRestored) ?? [root], versions: {}, apps: {} };
  for (const record of recordsOf(fresh, root, known, same))
    await remember(shell, command, record.place, learnFrom(change, record, isRestored));
}

/** Those to learn from a change; what is known by its place alone is learnt there. Code: not_allowed_in_state. */
function recordsOf(
  fresh: Omit<KnownRecord, 'isOffline'>,
  root: RootDocument,
  known: readonly KnownRecord[],
  same: readonly Leading<KnownRecord>[],
): readonly Omit<KnownRecord, 'isOffline'>[] {
  const offline = same.filter(({ from }) => from.isOffline);
  if (offline.length > 0) return offline.map(({ from, roots }) => ({ ...from, roots }));
  if (known.some(({ roots }) => isKnown(roots, root))) return [];
  if (known.filter(({ isOffline }) => isOffline).length < OFFLINE_MAX) return [fresh];
  const { tenant, file } = fresh.place;
  throw refused(
    'not_allowed_in_state',
    `this machine knows ${OFFLINE_MAX} repositories of ${tenant}, and no more: remove the files of those that are not signed here any more from ${dirname(file)}`,
  );
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
  if (starts.length === 0) orThrow(reachRoot([], root, [], isRestored));
  else if (!starts.some((start) => rootsTo(start, root, isRestored))) orThrow(whyNot(starts, root, isRestored));
}

/** Without a control plane too, a machine goes forward with what it has verified. */
function learnFrom({ tenant, base }: TrustDraft, before: KnownRepository, isRestored: boolean): KnownRepository {
  const versions = { ...before.versions };
  const apps = { ...before.apps };
  const see = (role: string, version: number) => {
    versions[role] = isRestored ? version : Math.max(entryOf(versions, role) ?? 0, version);
  };
  if (base.targets) see('targets', base.targets.signed.version);
  for (const [app, role] of Object.entries(base.publishers ?? {})) {
    see(publisherRole(tenant, app), role.signed.version);
    apps[app] = learn(entryOf(apps, app), role, isRestored);
  }
  return { roots: before.roots, versions, apps };
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
