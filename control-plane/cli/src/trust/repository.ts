import {
  ApiError,
  type AppName,
  getSession,
  getTrust,
  getTrustPublisher,
  type PublisherDocument,
  publisherRole,
  publishRelease,
  type RootDocument,
  type TargetsDocument,
  type TrustDraft,
  type TrustState,
  updateTrust,
} from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import { CliFailure, EXIT, refused } from '../failure.ts';
import { missingSignatures } from './draft.ts';

/** A tenant's repository as the control plane has it. */
export interface Repository {
  readonly tenant: TrustDraft['tenant'];
  readonly state: TrustState;
}
export interface BegunRepository extends Repository {
  readonly root: RootDocument;
  readonly targets: TargetsDocument;
}

export async function readRepository({ client }: Connection): Promise<Repository> {
  const { tenant } = await client.call(getSession, {});
  return { tenant, state: await client.call(getTrust, {}) };
}

/** Code: not_allowed_in_state, when there is none yet. */
export async function readBegun(connection: Connection): Promise<BegunRepository> {
  const repository = await readRepository(connection);
  const { root, targets } = repository.state;
  if (!root || !targets)
    throw refused('not_allowed_in_state', 'there is no repository yet: begin one with "wherry trust init"');
  return { ...repository, root, targets };
}

/** Null: nobody has signed a release of the app yet. */
export async function readPublisher({ client }: Connection, app: AppName): Promise<PublisherDocument | null> {
  return await client.call(getTrustPublisher, { params: { app } }).catch((error: unknown) => {
    if (error instanceof ApiError && error.problem.code === 'not_found') return null;
    throw error;
  });
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
