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
import { checkSameRelease, namedBy } from './known-app.ts';
import { keepSight, look, orThrow, type Sight } from './sight.ts';
import { checkNotLower, type KnownRepository, verifyPublisher, verifyTargets } from './verify-served.ts';

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
  readonly apps: AppMemory;
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
  const apps = await openAppMemory(shell, command, sight.place, isRestored);
  return { tenant, state, root, targets, versions, isRestored, apps };
}

/** Null: nobody has signed a release of the app yet. Codes: outside_delegation, arbitrary_software, rollback_attack, equivocation. */
export async function readPublisher(
  connection: Connection,
  { tenant, targets, versions, isRestored, apps }: BegunRepository,
  app: AppName,
): Promise<PublisherDocument | null> {
  const role = publisherRole(tenant, app);
  const document = await readUnverified(connection, app);
  orThrow(checkNotLower(role, document?.signed.version ?? 0, versions, isRestored));
  if (!document) return null;
  orThrow(verifyPublisher(targets, role, document));
  for (const named of namedBy(document)) orThrow(checkSameRelease(apps.of(app), `${app}@${named.version}`, named));
  await apps.learn(app, document);
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
