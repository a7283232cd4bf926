import {
  ApiError,
  type AppName,
  appName,
  getSession,
  getTrustPublisher,
  type Outcome,
  type Problem,
  type PublisherDocument,
  publisherRole,
  publishRelease,
  type RootDocument,
  type TargetsDocument,
  type TrustDraft,
  type TrustState,
  updateTrust,
} from '@wherry/protocol';
import type { Command } from 'commander';
import type { Connection } from '../connection/connect.ts';
import { CliFailure, EXIT, refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { missingSignatures } from './draft.ts';
import { keyFolder } from './key-folder.ts';
import { knownPlace, readKnown } from './known-repository.ts';
import { keepSight, look, orThrow, remember, type Sight, type SightOptions } from './sight.ts';
import { checkNotLower, follows, type KnownRepository, verifyPublisher, verifyTargets } from './verify-served.ts';

/** A tenant's repository as the control plane shows it, verified or not. */
export interface Repository {
  readonly tenant: TrustDraft['tenant'];
  readonly state: TrustState;
}
/** One whose root and targets are what their owners signed. */
export interface BegunRepository extends Repository {
  readonly root: RootDocument;
  readonly targets: TargetsDocument;
  readonly versions: KnownRepository['versions'];
  readonly isRestored: boolean;
}

/** To look at only: what is signed is made on what readBegun answers. */
export async function readRepository(
  shell: Shell,
  command: Command,
  connection: Connection,
): Promise<Repository & { readonly sight: Sight }> {
  const { tenant } = await connection.client.call(getSession, {});
  const sight = await look(shell, command, connection, tenant);
  return { tenant, state: sight.state, sight };
}

/**
 * What the next version is made on: verified from the root that this machine knows. Codes: not_allowed_in_state, when there is none yet;
 * arbitrary_software, rollback_attack, equivocation and root_gap, when it is not what was signed.
 */
export async function readBegun(shell: Shell, command: Command, connection: Connection): Promise<BegunRepository> {
  const { tenant, state, sight } = await readRepository(shell, command, connection);
  const { root, targets } = state;
  if (!root || !targets || !sight.reached)
    throw refused('not_allowed_in_state', 'there is no repository yet: begin one with "wherry trust init"');
  const { isRestored, known } = sight;
  const versions = known?.versions ?? {};
  const roots = orThrow(sight.reached);
  orThrow(checkNotLower('root', root.signed.version, versions, isRestored));
  orThrow(verifyTargets(root, targets));
  orThrow(checkNotLower('targets', targets.signed.version, versions, isRestored));
  await keepSight(shell, command, sight, roots);
  return { tenant, state, root, targets, versions, isRestored };
}

/** Null: nobody has signed a release of the app yet. Codes: outside_delegation, arbitrary_software, rollback_attack. */
export async function readPublisher(
  connection: Connection,
  { tenant, targets, versions, isRestored }: BegunRepository,
  app: AppName,
): Promise<PublisherDocument | null> {
  const role = publisherRole(tenant, app);
  const document = await readUnverified(connection, app);
  orThrow(checkNotLower(role, document?.signed.version ?? 0, versions, isRestored));
  if (document) orThrow(verifyPublisher(targets, role, document));
  return document;
}

export async function readUnverified({ client }: Connection, app: AppName): Promise<PublisherDocument | null> {
  return await client.call(getTrustPublisher, { params: { app } }).catch((error: unknown) => {
    if (error instanceof ApiError && error.problem.code === 'not_found') return null;
    throw error;
  });
}

/** What of the served repository is not what was signed, or older than what this machine knows: nothing when all of it verifies. */
export async function refusalsOf(
  connection: Connection,
  { tenant, state, sight }: Awaited<ReturnType<typeof readRepository>>,
): Promise<readonly Problem[]> {
  const { root, targets } = state;
  if (!root || !targets || !sight.reached) return [];
  const versions = sight.known?.versions ?? {};
  const outcomes: Outcome<unknown>[] = [
    sight.reached,
    checkNotLower('root', root.signed.version, versions, sight.isRestored),
    verifyTargets(root, targets),
    checkNotLower('targets', targets.signed.version, versions, sight.isRestored),
  ];
  for (const { name } of targets.signed.delegations.roles) {
    const app = appName.safeParse(name.slice(publisherRole(tenant, '').length));
    const document = app.success ? await readUnverified(connection, app.data) : null;
    outcomes.push(checkNotLower(name, document?.signed.version ?? 0, versions, sight.isRestored));
    if (document) outcomes.push(verifyPublisher(targets, name, document));
  }
  return outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.problems));
}

/** What was taken to the control plane from here: it may show nothing older from now on. `isOwn`: it was signed here. */
export async function rememberSent(
  shell: Shell,
  command: Command,
  { origin }: Connection,
  { tenant, base, documents: { root, targets, publishers = {} } }: TrustDraft,
  isOwn: boolean,
): Promise<void> {
  const place = knownPlace(keyFolder(shell, command.opts<SightOptions>().keys), origin, tenant);
  const isBeginning = isOwn && base.root === null;
  const known = isBeginning ? null : await readKnown(place);
  const roots = known?.roots ?? [];
  const newest = roots.at(-1);
  const isNext = root !== undefined && (newest ? follows(newest, root) : base.root === null);
  const versions: Record<string, number> = { ...known?.versions };
  const sent = [
    ...(isNext ? [['root', root.signed.version] as const] : []),
    ...(targets ? [['targets', targets.signed.version] as const] : []),
    ...Object.entries(publishers).map(([app, { signed }]) => [publisherRole(tenant, app), signed.version] as const),
  ];
  for (const [role, version] of sent) versions[role] = Math.max(versions[role] ?? 0, version);
  const kept = isNext ? [...roots, root] : roots;
  if (kept.length > 0) await remember(shell, command, place, { roots: kept, versions });
}

export function draftOn(
  { tenant, state: { root, targets, roles } }: Repository,
  documents: TrustDraft['documents'],
): TrustDraft {
  const replaced = Object.keys(documents.publishers ?? {}).map((app) => publisherRole(tenant, app));
  if (documents.targets) replaced.push('targets');
  const versionOf = (role: string) => roles.find((one) => one.role === role)?.version ?? 0;
  const versions = Object.fromEntries(replaced.map((role) => [role, versionOf(role)]));
  return { kind: 'wherry-trust-draft', tenant, base: { root, targets, versions }, documents };
}

/** Takes a change to the control plane if it has all its signatures; a release together with the role that names it. */
export async function uploadDraft({ client }: Connection, change: TrustDraft): Promise<void> {
  checkSignatures(change);
  const [role] = Object.values(change.documents.publishers ?? {});
  if (change.release !== undefined && role)
    await client.call(publishRelease, { body: { payload: change.release, role } });
  else {
    const { versions } = change.base;
    await client.call(updateTrust, { body: { ...change.documents, ...(versions && { over: versions }) } });
  }
}

/** Throws with code signature_missing, for each that is not there. */
export function checkSignatures(change: TrustDraft, advice?: string): void {
  const missing = missingSignatures(change);
  if (missing.length === 0) return;
  const messages = missing.map(
    ({ what, count, of }) => `${what} needs ${count} more of these keys: ${of.map((id) => id.slice(0, 12)).join(', ')}`,
  );
  const all = advice === undefined ? messages : [...messages, advice];
  throw new CliFailure(
    EXIT.refused,
    all.map((message) => ({ code: 'signature_missing' as const, message })),
  );
}
