import {
  ApiError,
  type AppName,
  getSession,
  getTrust,
  getTrustPublisher,
  type PublisherDocument,
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
  { tenant, state: { root, targets } }: Repository,
  documents: TrustDraft['documents'],
): TrustDraft {
  return { kind: 'wherry-trust-draft', tenant, base: { root, targets }, documents };
}

/** Takes a change to the control plane if it has all its signatures. Code: signature_missing, for each that is not there. */
export async function uploadDraft({ client }: Connection, change: TrustDraft): Promise<TrustState> {
  const missing = missingSignatures(change);
  if (missing.length > 0)
    throw new CliFailure(
      EXIT.refused,
      missing.map(({ what, count, of }) => ({
        code: 'signature_missing' as const,
        message: `${what} needs ${count} more of these keys: ${of.map((id) => id.slice(0, 12)).join(', ')}`,
      })),
    );
  return await client.call(updateTrust, { body: change.documents });
}
