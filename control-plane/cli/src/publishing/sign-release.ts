import {
  type AppName,
  canonicalBytes,
  LIMITS,
  type PublisherDocument,
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
import { checkSameRelease, digestKnown } from '../trust/known-app.ts';
import { nameRelease } from '../trust/name-release.ts';
import { type BegunRepository, readBegun, readPublisher } from '../trust/repository.ts';
import { draftOn } from '../trust/send-draft.ts';
import { orThrow } from '../trust/sight.ts';
import type { Signer } from '../trust/tuf-keys.ts';
import { checkNumber, type NumberRules } from './release-number.ts';

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

/** A role of an app, verified, before a release is added to it. */
export interface OpenRole {
  readonly repository: BegunRepository;
  readonly current: PublisherDocument | null;
  readonly numbers: NumberRules;
}

/**
 * Before the control plane is asked for anything that goes into a release: others may only make what it answers newer than this.
 * Codes: outside_delegation, where nobody may sign the app, and those of readBegun and readPublisher.
 */
export async function openRole(
  shell: Shell,
  command: Command,
  connection: Connection,
  app: AppName,
  acceptsJump: boolean,
): Promise<OpenRole> {
  const repository = await readBegun(shell, command, connection);
  const { tenant, targets, isRestored, apps } = repository;
  if (publisherSigners(targets, publisherRole(tenant, app)) === null)
    throw refused('outside_delegation', `nobody may sign releases of ${app} yet: wherry trust delegate ${app}`);
  const current = await readPublisher(connection, repository, app);
  return { repository, current, numbers: { seen: apps.of(app)?.counter ?? 0, isRestored, acceptsJump } };
}

/**
 * The release and the next version of its app's role, with the signatures of all who may sign it here. What was signed before under its
 * name is itself. Codes: equivocation, and those of checkNumber.
 */
export async function signRelease(
  shell: Shell,
  { repository, current, numbers }: OpenRole,
  { release, bytes, digest }: ReleaseBytes,
  signers: readonly Signer[],
): Promise<TrustDraft> {
  const { app, version, releaseCounter } = release;
  const known = repository.apps.of(app);
  orThrow(checkSameRelease(known, `${app}@${version}`, { version, digest }));
  if (digestKnown(known, version) === null) orThrow(checkNumber(releaseCounter, numbers));
  const signed = nameRelease(current?.signed ?? null, repository.tenant, release, bytes, shell.nowMs());
  const documents = { publishers: { [app]: { signatures: [], signed } } };
  const draft = { ...draftOn(repository, documents), release: toBase64(bytes) };
  await signDraft(draft, signers);
  return draft;
}
