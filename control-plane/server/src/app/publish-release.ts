import { createHash } from 'node:crypto';
import {
  checkComponentSecrets,
  type Digest,
  fromBase64,
  LIMITS,
  type Outcome,
  publishRelease as operation,
  type PublisherDocument,
  publisherRole,
  publisherSigners,
  type Release,
  refuse,
  releaseTargetPath,
  signedBy,
  succeed,
  type TenantId,
} from '@wherry/protocol';
import { checkFollows } from '../domain/releases/acceptance.ts';
import type { ReleaseRecord } from '../storage/port/releases.ts';
import { verifyRaw } from '../trust/tuf-keys.ts';
import { audit } from './audit.ts';
import { prepareDeltas } from './deltas.ts';
import { checkArtifacts } from './releases/check-artifacts.ts';
import { checkEvidence } from './releases/check-evidence.ts';
import { readRelease } from './releases/read-release.ts';
import { transact, type Work } from './transact.ts';
import { newestPublisher, newestTargets } from './trust/read-repository.ts';
import { signNewest } from './trust/sign-newest.ts';
import { takePublisher } from './trust/take-publisher.ts';
import type { UseCase } from './use-cases.ts';
import { releaseViews } from './views/release-view.ts';

/**
 * Takes in a release and the role that names it, together or not at all: schema, secrets that can reach their program, artifacts
 * present and admitted, counter above what is published, the role signed by the app's publishers. The same again answers the
 * same. Nothing here replaces the device's own check.
 */
export const publishRelease: UseCase<'publishRelease'> = async (context, caller, input) => {
  const { payload, role, evidence = [] } = operation.body.parse(input.body);
  const bytes = fromBase64(payload);
  if (bytes.length > LIMITS.releaseBytes)
    return refuse('payload_too_large', `a release has at most ${LIMITS.releaseBytes} bytes`);
  const release = readRelease(bytes);
  if (!release.ok) return release;
  const { app, version } = release.value;
  const path = releaseTargetPath(caller.tenant, app, version);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (!Object.hasOwn(role.signed.targets, path) || role.signed.targets[path]?.hashes.sha256 !== sha256)
    return refuse(
      'release_disagrees',
      `the role that came with ${app} ${version} does not name these bytes as ${path}`,
    );
  const artifacts = await checkArtifacts(context, caller.tenant, release.value);
  if (!artifacts.ok) return artifacts;
  const evident = await checkEvidence(context, caller.tenant, release.value, evidence);
  if (!evident.ok) return evident;
  const digest = `sha256:${sha256}` as Digest;
  const stored = await transact(context, caller.tenant, async (work): Promise<Outcome<ReleaseRecord>> => {
    const before = await newestPublisher(work.repositories, work.tenant, app);
    const known = await work.repositories.releases.findByDigest(work.tenant, digest);
    if (known && before && isSame(before, role)) return succeed(known);
    const isKept = keepsAll(before, role);
    if (!isKept.ok) return isKept;
    const added = known ? succeed(known) : await add(work, release.value, { digest, bytes, role });
    if (!added.ok) return added;
    const taken = await takePublisher(work, app, role);
    if (!taken.ok) return taken;
    await signNewest(work);
    const { releaseCounter, signedBy: keys } = added.value;
    await audit(work, caller, 'publish_release', app, { version, digest, releaseCounter, signedBy: keys });
    work.changes.push({ type: 'release' });
    return added;
  });
  if (!stored.ok) return stored;
  void prepareDeltas(context, stored.value).catch((error: unknown) =>
    context.log.warn({ err: error, app }, 'make deltas of a release: devices take the whole blobs'),
  );
  const [view] = await releaseViews(context.store, caller.tenant, [stored.value]);
  return view ? succeed(view) : refuse('internal', `no view of release ${app} ${version}`);
};

interface Sent {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly role: PublisherDocument;
}

async function add(
  { repositories, tenant, nowMs }: Work,
  release: Release,
  { digest, bytes, role }: Sent,
): Promise<Outcome<ReleaseRecord>> {
  const { releases } = repositories;
  const { app, version, releaseCounter } = release;
  const problems = checkComponentSecrets(release);
  if (problems.length > 0) return { ok: false, problems };
  const follows = checkFollows(release, await releases.find(tenant, app, version), await releases.newest(tenant, app));
  if (!follows.ok) return follows;
  const targets = await newestTargets(repositories, tenant);
  const signers = targets && publisherSigners(targets, publisherRole(tenant, app));
  const record: ReleaseRecord = {
    tenant: tenant as TenantId,
    app,
    version,
    digest,
    releaseCounter,
    publishedAtMs: nowMs,
    signedBy: signers ? [...signedBy(role, signers, verifyRaw)] : [],
    payload: release,
    content: new TextDecoder().decode(bytes),
  };
  if (await releases.add(record)) return succeed(record);
  return refuse('conflict', 'another release was published meanwhile; try again');
}

function isSame(a: PublisherDocument, b: PublisherDocument): boolean {
  return JSON.stringify(a.signed) === JSON.stringify(b.signed);
}

/** To publish is not to revoke: whoever signed without what was named meanwhile signs again. Code: conflict. */
function keepsAll(before: PublisherDocument | null, next: PublisherDocument): Outcome<void> {
  const lost = Object.keys(before?.signed.targets ?? {}).find((path) => !Object.hasOwn(next.signed.targets, path));
  if (lost === undefined) return succeed(undefined);
  return refuse('conflict', `the role does not name ${lost}, which is published: read it again and sign over it`);
}
