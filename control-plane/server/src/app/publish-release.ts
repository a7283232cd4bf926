import { createHash } from 'node:crypto';
import {
  type Digest,
  fromBase64,
  LIMITS,
  type Outcome,
  openEnvelope,
  publishRelease as operation,
  PAYLOAD_TYPES,
  refuse,
  succeed,
  type TenantId,
} from '@wherry/protocol';
import { checkFollows } from '../domain/releases/acceptance.ts';
import type { ReleaseRecord } from '../storage/port/releases.ts';
import { audit } from './audit.ts';
import type { AppContext } from './context.ts';
import { prepareDeltas } from './deltas.ts';
import { readPublicKey, verifierOf } from './keys.ts';
import { checkArtifacts } from './releases/check-artifacts.ts';
import { readRelease } from './releases/read-release.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { releaseViews } from './views/release-view.ts';

/**
 * Takes in a signed release: signature by a known key, schema, artifacts present and admitted, counter above what is published. The
 * same bytes again answer the same. Nothing here replaces the device's own check of all this.
 */
export const publishRelease: UseCase<'publishRelease'> = async (context, caller, input) => {
  const sealed = operation.body.parse(input.body);
  if (fromBase64(sealed.payload).length > LIMITS.releaseBytes)
    return refuse('payload_too_large', `a release has at most ${LIMITS.releaseBytes} bytes`);
  const keys = await trustedKeys(context, caller.tenant);
  const opened = openEnvelope(sealed, PAYLOAD_TYPES.release, new Set(keys.keys()), verifierOf(keys));
  if (!opened.ok) return opened;
  const release = readRelease(opened.value.payload);
  if (!release.ok) return release;
  const artifacts = await checkArtifacts(context, caller.tenant, release.value);
  if (!artifacts.ok) return artifacts;
  const record: ReleaseRecord = {
    tenant: caller.tenant as TenantId,
    app: release.value.app,
    version: release.value.version,
    digest: `sha256:${createHash('sha256').update(opened.value.payload).digest('hex')}` as Digest,
    releaseCounter: release.value.releaseCounter,
    publishedAtMs: context.clock.nowMs(),
    signedBy: [...opened.value.signedBy],
    payload: release.value,
    envelope: sealed,
  };
  const stored = await transact(context, caller.tenant, async (work): Promise<Outcome<ReleaseRecord>> => {
    const { releases } = work.repositories;
    const same = await releases.findByDigest(caller.tenant, record.digest);
    if (same) return succeed(same);
    const sameVersion = await releases.find(caller.tenant, record.app, record.version);
    const follows = checkFollows(release.value, sameVersion, await releases.newest(caller.tenant, record.app));
    if (!follows.ok) return follows;
    if (!(await releases.add(record))) return refuse('conflict', 'another release was published meanwhile; try again');
    const { version, digest, releaseCounter, signedBy } = record;
    await audit(work, caller, 'publish_release', record.app, { version, digest, releaseCounter, signedBy });
    work.changes.push({ type: 'release' });
    return succeed(record);
  });
  if (!stored.ok) return stored;
  void prepareDeltas(context, stored.value).catch((error: unknown) =>
    context.log.warn({ err: error, app: record.app }, 'make deltas of a release: devices take the whole blobs'),
  );
  const [view] = await releaseViews(context.store, caller.tenant, [stored.value]);
  return view ? succeed(view) : refuse('internal', `no view of release ${record.app} ${record.version}`);
};

async function trustedKeys(context: AppContext, tenant: string): Promise<Map<PublisherKeyId, TrustedKey>> {
  const keys = new Map<PublisherKeyId, TrustedKey>();
  for (const { id, key } of await context.store.publisherKeys.list(tenant)) {
    const read = readPublicKey(key, '/key');
    if (read.ok) keys.set(id, read.value);
  }
  return keys;
}

type PublisherKeyId = Parameters<ReturnType<typeof verifierOf>>[0];
type TrustedKey = Parameters<typeof verifierOf>[0] extends ReadonlyMap<PublisherKeyId, infer K> ? K : never;
