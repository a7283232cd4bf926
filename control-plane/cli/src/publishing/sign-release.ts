import {
  type AppName,
  canonicalBytes,
  LIMITS,
  publisherRole,
  publisherSigners,
  type Release,
  type TrustDraft,
  toBase64,
} from '@wherry/protocol';
import type { Command } from 'commander';
import type { Connection } from '../connection/connect.ts';
import { refused } from '../failure.ts';
import { digestOf } from '../oci/registry.ts';
import type { Shell } from '../shell.ts';
import { signDraft } from '../trust/draft.ts';
import { nameRelease } from '../trust/name-release.ts';
import { draftOn, readBegun, readPublisher } from '../trust/repository.ts';
import type { Signer } from '../trust/tuf-keys.ts';

/** A release as bytes: its identity is their digest. */
export interface ReleaseBytes {
  readonly release: Release;
  readonly bytes: Uint8Array;
  readonly digest: string;
}

export function bytesOf(release: Release): ReleaseBytes {
  const bytes = canonicalBytes(release);
  if (bytes.length > LIMITS.releaseBytes)
    throw refused('payload_too_large', `the release has ${bytes.length} bytes; the most is ${LIMITS.releaseBytes}`);
  return { release, bytes, digest: digestOf(bytes) };
}

/** Before anything is uploaded: is there anybody who may sign this app? Codes: not_allowed_in_state, outside_delegation. */
export async function mayBeSigned(shell: Shell, command: Command, connection: Connection, app: AppName): Promise<void> {
  const { tenant, targets } = await readBegun(shell, command, connection);
  if (publisherSigners(targets, publisherRole(tenant, app)) === null)
    throw refused('outside_delegation', `nobody may sign releases of ${app} yet: wherry trust delegate ${app}`);
}

/** The release and the next version of its app's role, with the signatures of all who may sign it here. Codes: those of readBegun and readPublisher. */
export async function signRelease(
  shell: Shell,
  command: Command,
  connection: Connection,
  { release, bytes }: ReleaseBytes,
  signers: readonly Signer[],
): Promise<TrustDraft> {
  const repository = await readBegun(shell, command, connection);
  const current = await readPublisher(connection, repository, release.app as AppName);
  const signed = nameRelease(current?.signed ?? null, repository.tenant, release, bytes, shell.nowMs());
  const documents = { publishers: { [release.app]: { signatures: [], signed } } };
  const draft = { ...draftOn(repository, documents), release: toBase64(bytes) };
  await signDraft(draft, signers);
  return draft;
}
