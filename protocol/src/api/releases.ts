import { z } from 'zod';
import { envelope } from '../envelope.ts';
import { release as releasePayload } from '../manifest/release.ts';
import { appName, digest, keyId, version } from '../names.ts';
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
    signedBy: z.array(keyId),
    payload: releasePayload,
    /** Devices whose newest report says they run it. */
    runningOn: z.int(),
  })
  .meta({ id: 'Release' });

export const publisherKey = z
  .object({ id: keyId, name: z.string().min(1).max(64), key: z.base64().max(256), createdAtMs: z.int() })
  .meta({ id: 'PublisherKey' });

const releaseParams = z.object({ app: appName, version });

export const listReleases = operation({
  id: 'listReleases',
  method: 'get',
  path: '/releases',
  tag: 'releases',
  summary: 'Releases, newest first',
  role: 'viewer',
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
  params: releaseParams,
  status: 200,
  response: release,
});

/** Blobs are uploaded first (`PUT /blobs/{digest}`, see paths.ts); a release whose blobs are missing is refused with their digests. */
export const publishRelease = operation({
  id: 'publishRelease',
  method: 'post',
  path: '/releases',
  tag: 'releases',
  summary: 'Publish a signed release',
  role: 'publisher',
  body: envelope,
  status: 201,
  response: release,
});

export const listPublisherKeys = operation({
  id: 'listPublisherKeys',
  method: 'get',
  path: '/publisher-keys',
  tag: 'releases',
  summary: 'Keys whose releases are accepted',
  role: 'viewer',
  status: 200,
  response: z.object({ items: z.array(publisherKey) }),
});

export const addPublisherKey = operation({
  id: 'addPublisherKey',
  method: 'post',
  path: '/publisher-keys',
  tag: 'releases',
  summary: 'Accept releases signed by a key (SPKI DER, base64)',
  role: 'admin',
  body: z.object({ name: z.string().min(1).max(64), key: z.base64().max(256) }),
  status: 201,
  response: publisherKey,
});

export const removePublisherKey = operation({
  id: 'removePublisherKey',
  method: 'delete',
  path: '/publisher-keys/{id}',
  tag: 'releases',
  summary: 'Stop accepting releases signed by a key',
  role: 'admin',
  params: z.object({ id: keyId }),
  status: 204,
});

export type ReleaseView = z.infer<typeof release>;
export type PublisherKey = z.infer<typeof publisherKey>;
