import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  API_ROOT,
  claimRequest,
  claimResponse,
  DEVICE_ROOT,
  deviceId,
  digest,
  envelope,
  PATHS,
  type problemDocument,
  RELEASE_MEDIA_TYPE,
  release,
  renewRequest,
  renewResponse,
  rolloutId,
  sealedSecret,
  streamChange,
} from '@wherry/protocol';
import { z } from 'zod';
import type { ApiEnv } from '../env.ts';
import { PROBLEM_MEDIA_TYPE } from '../problem.ts';

/** What is not an operation of the protocol but belongs in the reference: streams, blobs and the device's side. */
type Registry = OpenAPIHono<ApiEnv>['openAPIRegistry'];

const OPERATOR = [{ operatorToken: [] }];
const DEVICE = [{ deviceCredentials: [] }];
const BYTES = { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } };
const EVENTS = { 'text/event-stream': { schema: streamChange } };
const byDigest = z.object({ digest });

export function describeEdgeRoutes(registry: Registry, problem: typeof problemDocument): void {
  const refused = {
    default: { description: 'Refused; `code` says why', content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } } },
  };
  registry.registerComponent('securitySchemes', 'deviceCredentials', {
    type: 'http',
    scheme: 'bearer',
    description: '`Bearer {tenant}/{device}:{secret}`',
  });
  registry.registerPath({
    operationId: 'streamChanges',
    method: 'get',
    path: PATHS.stream,
    tags: ['stream'],
    summary: 'Changes as server-sent events; narrowed to a device or a rollout',
    security: OPERATOR,
    request: { query: z.object({ device: deviceId.optional(), rollout: rolloutId.optional() }) },
    responses: { 200: { description: 'A stream without an end', content: EVENTS }, ...refused },
  });
  registry.registerPath({
    operationId: 'streamDeviceLogs',
    method: 'get',
    path: `${API_ROOT}/devices/{device}/logs`,
    tags: ['stream'],
    summary: "A device's log as server-sent events, asked for while the stream is open",
    security: OPERATOR,
    request: { params: z.object({ device: deviceId }) },
    responses: { 200: { description: 'A stream without an end', content: EVENTS }, ...refused },
  });
  registry.registerPath({
    operationId: 'hasBlob',
    method: 'head',
    path: `${API_ROOT}/blobs/{digest}`,
    tags: ['releases'],
    summary: 'Whether a blob is here',
    security: OPERATOR,
    request: { params: byDigest },
    responses: { 200: { description: 'It is; Content-Length is its size' }, ...refused },
  });
  registry.registerPath({
    operationId: 'putBlob',
    method: 'put',
    path: `${API_ROOT}/blobs/{digest}`,
    tags: ['releases'],
    summary: 'Upload a blob; kept only if its digest is right',
    security: OPERATOR,
    request: { params: byDigest, body: { content: BYTES, required: true } },
    responses: { 201: { description: 'Kept' }, ...refused },
  });
  registry.registerPath({
    operationId: 'claimDevice',
    method: 'post',
    path: PATHS.claim,
    tags: ['device side'],
    summary: 'A new device buys its identity with a claim token',
    request: { body: { content: { 'application/json': { schema: claimRequest } }, required: true } },
    responses: {
      201: { description: 'Claimed', content: { 'application/json': { schema: claimResponse } } },
      ...refused,
    },
  });
  registry.registerPath({
    operationId: 'renewCertificate',
    method: 'post',
    path: PATHS.deviceCertificate,
    tags: ['device side'],
    summary: 'The next certificate, asked for with the one that is to be renewed; over TLS only',
    request: { body: { content: { 'application/json': { schema: renewRequest } }, required: true } },
    responses: {
      201: { description: 'Issued', content: { 'application/json': { schema: renewResponse } } },
      ...refused,
    },
  });
  registry.registerPath({
    operationId: 'readAuthority',
    method: 'get',
    path: PATHS.authority,
    tags: ['device side'],
    summary: "The certificate of the control plane's own authority; compare its fingerprint",
    responses: {
      200: { description: 'A certificate', content: { 'application/x-pem-file': { schema: z.string() } } },
      ...refused,
    },
  });
  const bytesInPart = {
    200: { description: 'The whole', content: BYTES },
    206: { description: 'The part that was asked for', content: BYTES },
    304: { description: 'The device has it' },
    416: { description: 'There is no such part' },
  };
  /** What a device reads, signed in as itself. */
  const read = (operationId: string, path: string, summary: string, params: z.ZodObject | null, responses: object) =>
    registry.registerPath({
      operationId,
      method: 'get',
      path: `${DEVICE_ROOT}${path}`,
      tags: ['device side'],
      summary,
      security: DEVICE,
      request: params === null ? {} : { params },
      responses: { ...responses, ...refused },
    });
  read('readDesired', '/desired', 'The desired state; ETag is its generation', null, {
    200: { description: 'Signed', content: { 'application/json': { schema: envelope } } },
    304: { description: 'The device has it' },
  });
  read(
    'readRelease',
    '/releases/{digest}',
    "The bytes of a release, whose digest the repository's roles sign",
    byDigest,
    {
      200: { description: 'A release', content: { [RELEASE_MEDIA_TYPE]: { schema: release } } },
    },
  );
  read('readSecret', '/secrets/{digest}', 'What is sealed to this device under a digest', byDigest, {
    200: { description: 'Sealed', content: { 'application/json': { schema: sealedSecret } } },
  });
  read('readBlob', '/blobs/{digest}', 'The bytes of a blob, whole or by range', byDigest, bytesInPart);
  read(
    'readDelta',
    '/blobs/{digest}/from/{base}',
    'A zstd frame that makes a blob of another one, its dictionary',
    byDigest.extend({ base: digest }),
    bytesInPart,
  );
  read(
    'readTrustFile',
    '/tuf/{file}',
    "A metadata file of the tenant's repository: timestamp.json, or N.{role}.json, which never changes",
    z.object({ file: z.string() }),
    {
      200: { description: 'Signed', content: { 'application/json': { schema: z.looseObject({}) } } },
      304: { description: 'The device has it' },
    },
  );
}
