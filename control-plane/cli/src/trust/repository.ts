import {
  type AppName,
  appName,
  getSession,
  getTrustPublisher,
  nullIfMissing,
  type Outcome,
  type Problem,
  type PublisherDocument,
  publisherRole,
  type RootDocument,
  type TargetsDocument,
  type TrustDraft,
  type TrustState,
} from '@wherry/protocol';
import type { Command } from 'commander';
import type { Connection } from '../connection/connect.ts';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { type AppMemory, openAppMemory } from './app-memory.ts';
import { checkSameRelease, entryOf, type KnownApp, namedBy } from './known-app.ts';
import { appsKnown, keepSight, look, orThrow, type Sight } from './sight.ts';
import { checkNotLower, type KnownRepository, verifyPublisher, verifyTargets } from './verify-served.ts';

/** A tenant's repository as the control plane shows it, verified or not. */
export interface Repository {
  readonly tenant: TrustDraft['tenant'];
  readonly state: TrustState;
}
export interface SeenRepository extends Repository {
  readonly sight: Sight;
}
/** One whose root and targets are what their owners signed. */
export interface BegunRepository extends Repository {
  readonly root: RootDocument;
  readonly targets: TargetsDocument;
  readonly versions: KnownRepository['versions'];
  readonly isRestored: boolean;
  readonly apps: AppMemory;
}

/** To look at only: what is signed is made on what readBegun answers. */
export async function readRepository(shell: Shell, command: Command, connection: Connection): Promise<SeenRepository> {
  const { tenant } = await connection.client.call(getSession, {});
  const sight = await look(shell, command, connection, tenant);
  return { tenant, state: sight.state, sight };
}

/**
 * What the next version is made on: verified from the root that this machine knows. Codes: not_allowed_in_state, when there is none yet;
 * arbitrary_software, rollback_attack, equivocation and root_gap, when it is not what was signed.
 */
export async function readBegun(shell: Shell, command: Command, connection: Connection): Promise<BegunRepository> {
  return await verifyBegun(shell, command, await readRepository(shell, command, connection));
}

/** The same for one that was read already. */
export async function verifyBegun(
  shell: Shell,
  command: Command,
  { tenant, state, sight }: SeenRepository,
): Promise<BegunRepository> {
  const { root, targets } = state;
  if (!root || !targets || !sight.reached)
    throw refused('not_allowed_in_state', 'there is no repository yet: begin one with "wherry trust init"');
  const { isRestored, known } = sight;
  const versions = known?.versions ?? {};
  const roots = orThrow(sight.reached);
  for (const check of ownersChecks({ root, targets, versions, isRestored })) orThrow(check);
  await keepSight(shell, command, sight, roots);
  const apps = await openAppMemory(shell, command, sight.place, isRestored);
  return { tenant, state, root, targets, versions, isRestored, apps };
}

/** Null: nobody has signed a release of the app yet. Codes: outside_delegation, arbitrary_software, rollback_attack, equivocation. */
export async function readPublisher(
  connection: Connection,
  repository: BegunRepository,
  app: AppName,
): Promise<PublisherDocument | null> {
  const { tenant, apps } = repository;
  const document = await readUnverified(connection, app);
  for (const check of roleChecks(repository, publisherRole(tenant, app), app, document, apps.of(app))) orThrow(check);
  if (document) await apps.learn(app, document);
  return document;
}

export async function readUnverified({ client }: Connection, app: AppName): Promise<PublisherDocument | null> {
  return await nullIfMissing(client.call(getTrustPublisher, { params: { app } }));
}

/** What of the served repository is not what was signed, or older than what this machine knows: nothing when all of it verifies. */
export async function refusalsOf(
  connection: Connection,
  { tenant, state, sight }: SeenRepository,
): Promise<readonly Problem[]> {
  const { root, targets } = state;
  const { reached, known, isRestored } = sight;
  if (!root || !targets || !reached) return [];
  const owned = { root, targets, versions: known?.versions ?? {}, isRestored };
  const apps = appsKnown(sight, reached.ok ? reached.value : []);
  const checks: Outcome<unknown>[] = [reached, ...ownersChecks(owned)];
  for (const { name } of targets.signed.delegations.roles) {
    const app = name.slice(publisherRole(tenant, '').length);
    const asked = appName.safeParse(app);
    const document = asked.success ? await readUnverified(connection, asked.data) : null;
    checks.push(...roleChecks(owned, name, app, document, entryOf(apps, app)));
  }
  return checks.flatMap((check) => (check.ok ? [] : check.problems));
}

type Owned = Pick<BegunRepository, 'root' | 'targets' | 'versions' | 'isRestored'>;

/** What root and targets are held to, once the root is reached. */
function ownersChecks({ root, targets, versions, isRestored }: Owned): readonly Outcome<unknown>[] {
  return [
    checkNotLower('root', root.signed.version, versions, isRestored),
    verifyTargets(root, targets),
    checkNotLower('targets', targets.signed.version, versions, isRestored),
  ];
}

/** What the role of an app is held to. Without a document nobody has signed a release, as far as is shown. */
function roleChecks(
  { targets, versions, isRestored }: Owned,
  role: string,
  app: string,
  document: PublisherDocument | null,
  known: KnownApp | undefined,
): readonly Outcome<unknown>[] {
  const notLower = checkNotLower(role, document?.signed.version ?? 0, versions, isRestored);
  if (!document) return [notLower];
  const same = namedBy(document).map((named) => checkSameRelease(known, `${app}@${named.version}`, named));
  return [notLower, verifyPublisher(targets, role, document), ...same];
}
