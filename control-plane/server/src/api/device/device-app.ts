import {
  AUTHORITIES_HEADER,
  claimRequest,
  DEVICE_ROOT,
  DIGEST_PATTERN,
  PATHS,
  RELEASE_MEDIA_TYPE,
} from '@wherry/protocol';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { claimCertificate, claimDevice } from '../../app/claim-device.ts';
import { desiredFor } from '../../app/desired-for.ts';
import { releaseContent } from '../../app/release-content.ts';
import { sealedSecretOf } from '../../app/sealed-secret.ts';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { reachableUrl } from '../../config/listen-url.ts';
import { clientAddress } from '../auth/client-address.ts';
import { tooManyFailures } from '../auth/refusals.ts';
import { requireDevice } from '../auth/require-device.ts';
import { tlsSocketOf } from '../auth/shown-certificate.ts';
import { isTagKnown } from '../blobs/range.ts';
import { serveBlob } from '../blobs/serve-blob.ts';
import { serveDelta } from '../blobs/serve-delta.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemsOf } from '../operations/issues.ts';
import { problemAnswer } from '../problem.ts';
import { serveAuthority, serveRenewal } from './serve-identity.ts';
import { serveTuf } from './serve-tuf.ts';

/** What devices read over HTTP, and how they get their identity. Everything a device may see is its tenant's and its own. */
export function deviceApp(deps: ApiDeps): Hono<ApiEnv> {
  const { context, throttle } = deps;
  const app = new Hono<ApiEnv>();
  const claimBodyLimit = bodyLimit({
    maxSize: SERVER_LIMITS.claimBodyBytes,
    onError: () => {
      throw new HTTPException(413);
    },
  });

  app.post(PATHS.claim, claimBodyLimit, async (c) => {
    const address = clientAddress(c, deps);
    const nowMs = context.clock.nowMs();
    const waitMs = Math.max(throttle.claims.waitMs(address, nowMs), throttle.claimFailures.waitMs(address, nowMs));
    if (waitMs > 0) return tooManyFailures(c, waitMs);
    throttle.claims.count(address, nowMs);
    const request = claimRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!request.success) return problemAnswer(c, problemsOf('json', request.error.issues));
    const isSecured = tlsSocketOf(c) !== null;
    const mqttUrl = deps.mqttUrl(isSecured);
    if (mqttUrl === null) return problemAnswer(c, [{ code: 'unavailable', message: 'MQTT is not listening yet.' }]);
    const claimed = await (isSecured ? claimCertificate : claimDevice)(context, request.data);
    if (!claimed.ok) {
      throttle.claimFailures.count(address, nowMs);
      return problemAnswer(c, claimed.problems);
    }
    return c.json({ ...claimed.value, mqttUrl: reachableUrl(mqttUrl, c.req.url) }, 201);
  });

  app.get(PATHS.authority, (c) => serveAuthority(c, deps));
  app.post(PATHS.deviceCertificate, claimBodyLimit, (c) => serveRenewal(c, deps));

  const guarded = new Hono<ApiEnv>();
  guarded.use(requireDevice(deps));
  guarded.use(async (c, next) => {
    await next();
    const hint = context.authority?.hint;
    if (hint && tlsSocketOf(c) !== null) c.header(AUTHORITIES_HEADER, hint);
  });
  guarded.get('/desired', async (c) => {
    const { tenant, device } = c.get('identity');
    const desired = await desiredFor(context, tenant, device);
    if (!desired.ok) return problemAnswer(c, desired.problems);
    const etag = `"${desired.value.generation}"`;
    if (isTagKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, { etag });
    return c.json(desired.value.envelope, 200, { etag });
  });
  guarded.get('/releases/:digest', async (c) => {
    const digest = c.req.param('digest');
    if (!DIGEST_PATTERN.test(digest)) return problemAnswer(c, [NO_SUCH_RELEASE]);
    const found = await releaseContent(context, c.get('identity').tenant, digest);
    return found.ok
      ? c.body(found.value, 200, { 'content-type': RELEASE_MEDIA_TYPE })
      : problemAnswer(c, found.problems);
  });
  guarded.get('/secrets/:digest', async (c) => {
    const { tenant, device } = c.get('identity');
    const found = await sealedSecretOf(context, tenant, device, c.req.param('digest'));
    return found.ok ? c.json(found.value, 200) : problemAnswer(c, found.problems);
  });
  guarded.get('/tuf/:file', (c) => serveTuf(c, deps, c.get('identity').tenant, c.req.param('file')));
  guarded.get('/blobs/:digest/from/:base', (c) =>
    serveDelta(c, deps, c.get('identity').tenant, c.req.param('base'), c.req.param('digest')),
  );
  guarded.get('/blobs/:digest', (c) => serveBlob(c, deps, c.get('identity').tenant, c.req.param('digest')));
  app.route(DEVICE_ROOT, guarded);
  return app;
}

const NO_SUCH_RELEASE = { code: 'not_found', message: 'There is no such release.' } as const;
