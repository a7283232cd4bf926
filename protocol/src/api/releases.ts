import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { release as releasePayload } from '../manifest/release.ts';
import { appName, digest, version } from '../names.ts';
import { publisherDocument, tufKeyId } from '../trust/metadata.ts';
import { evidence } from './evidence.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery } from './page.ts';

export const release = z
  .object({
    app: appName,
    version,
    /** Digest of the signed payload: the release's identity. */
    digest,
    releaseCounter: z.int(),
    publishedAtMs: z.int(),
    /** Ids of the publishers' keys whose signatures named it first. */
    signedBy: z.array(tufKeyId),
    payload: releasePayload,
    /** Devices whose newest report says they run it. */
    runningOn: z.int(),
  })
  .meta({ id: 'Release' });

const releaseParams = z.object({ app: appName, version });

export const listReleases = operation({
  id: 'listReleases',
  method: 'get',
  path: '/releases',
  tag: 'releases',
  summary: 'Releases, newest first',
  role: 'viewer',
  scope: 'releases:read',
  query: pageQuery.extend({ app: appName.optional() }),
  status: 200,
  response: pageOf(release),
});

export const getRelease = operation({
  id: 'getRelease',
  method: 'get',
  path: '/releases/{app}/{version}',
  tag: 'releases',
  summary: 'One release',
  role: 'viewer',
  scope: 'releases:read',
  params: releaseParams,
  status: 200,
  response: release,
});

/**
 * A release and the next version of its app's role, which names it: both or neither. Blobs are uploaded first (`PUT /blobs/{digest}`, see
 * paths.ts); a release whose blobs are missing is refused with their digests. A role that lacks what is named meanwhile: `conflict`.
 */
export const publishRelease = operation({
  id: 'publishRelease',
  method: 'post',
  path: '/releases',
  tag: 'releases',
  summary: 'Publish a signed release',
  role: 'publisher',
  scope: 'releases:write',
  body: z.strictObject({
    /** The bytes of the release, whose digest the role signs. */
    payload: z.base64().max(Math.ceil(LIMITS.releaseBytes / 3) * 4),
    role: publisherDocument,
    /** What a tenant's policy may ask for (evidence.ts). */
    evidence: z.array(evidence).max(LIMITS.evidencePerRelease).optional(),
  }),
  status: 201,
  response: release,
});

export type ReleaseView = z.infer<typeof release>;
