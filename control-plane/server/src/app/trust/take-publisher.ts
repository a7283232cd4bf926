import {
  type AppName,
  checkPublisher,
  doesCustomAgree,
  type NamedRelease,
  type Outcome,
  type PublisherDocument,
  publisherRole,
  refuse,
  succeed,
  type TrustDocument,
} from '@wherry/protocol';
import { verifyRaw } from '../../trust/tuf-keys.ts';
import { LostRace, type Work } from '../transact.ts';
import { newestPublisher, newestTargets } from './read-repository.ts';

/**
 * The next version of an app's role into the repository, over the targets that are there. Whoever calls signs the online roles.
 * Codes: not_allowed_in_state, release_unknown, length_mismatch, release_disagrees, and those of checkPublisher.
 */
export async function takePublisher(work: Work, app: AppName, document: PublisherDocument): Promise<Outcome<void>> {
  const { repositories, tenant, nowMs } = work;
  const targets = await newestTargets(repositories, tenant);
  if (!targets) return refuse('not_allowed_in_state', 'there is no repository yet: begin one with "wherry trust init"');
  const before = await newestPublisher(repositories, tenant, app);
  const added = checkPublisher(app, document, before, targets, { tenant, nowMs, verify: verifyRaw });
  if (!added.ok) return added;
  for (const named of added.value) {
    const known = await checkPublished(work, named);
    if (!known.ok) return known;
  }
  await storeDocument(work, publisherRole(tenant, app), document);
  return succeed(undefined);
}

export async function storeDocument(
  { repositories, tenant, nowMs }: Work,
  role: string,
  document: TrustDocument,
): Promise<void> {
  const { version, expires } = document.signed;
  const file = { role, version, content: JSON.stringify(document), expiresAtMs: Date.parse(expires) };
  if (!(await repositories.trustMetadata.add(tenant, file, nowMs))) throw new LostRace(`${role} ${version} is there`);
}

/** What a device is told to run must be here to be fetched, and be what its signed summary says. */
async function checkPublished({ repositories, tenant }: Work, named: NamedRelease): Promise<Outcome<void>> {
  const release = await repositories.releases.findByDigest(tenant, named.digest);
  if (!release) return refuse('release_unknown', `${named.path} is not published here; publish the release first`);
  const lengthBytes = Buffer.byteLength(release.content);
  if (named.lengthBytes !== lengthBytes)
    return refuse('length_mismatch', `${named.path} has ${lengthBytes} bytes, ${named.lengthBytes} are signed`);
  if (doesCustomAgree(named.custom, release.payload)) return succeed(undefined);
  return refuse('release_disagrees', `the signed summary of ${named.path} says other things than the release`);
}
