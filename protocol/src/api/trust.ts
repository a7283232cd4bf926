import { z } from 'zod';
import { appName } from '../names.ts';
import { publisherDocument, rootDocument, targetsDocument } from '../trust/metadata.ts';
import { operation } from './operation.ts';

const rawKey = z.string().regex(/^[0-9a-f]{64}$/);

/** The newest of what owners and publishers signed, and what the control plane can sign with. */
export const trustState = z
  .object({
    /** Ed25519 public keys, 32 bytes as hex. */
    keys: z.object({ snapshot: rawKey, timestamp: rawKey, director: rawKey }),
    root: rootDocument.nullable(),
    targets: targetsDocument.nullable(),
    roles: z.array(z.object({ role: z.string(), version: z.int(), expiresAtMs: z.int() })),
  })
  .meta({ id: 'TrustState' });

export const getTrust = operation({
  id: 'getTrust',
  method: 'get',
  path: '/trust',
  tag: 'trust',
  summary: 'Who may sign what: root and targets, and the keys of this control plane',
  role: 'viewer',
  scope: 'trust:read',
  status: 200,
  response: trustState,
});

/** How many roots one answer has at most. */
export const TRUST_ROOTS_MAX = 64;

/** The way from a root that a machine knows to the newest: each is signed by those before it too. */
export const listTrustRoots = operation({
  id: 'listTrustRoots',
  method: 'get',
  path: '/trust/roots',
  tag: 'trust',
  summary: 'Every root after a version, in the order in which they follow each other',
  role: 'viewer',
  scope: 'trust:read',
  query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
  status: 200,
  response: z.object({ items: z.array(rootDocument).max(TRUST_ROOTS_MAX) }),
});

export const getTrustPublisher = operation({
  id: 'getTrustPublisher',
  method: 'get',
  path: '/trust/apps/{app}',
  tag: 'trust',
  summary: "What an app's publishers signed",
  role: 'viewer',
  scope: 'trust:read',
  params: z.object({ app: appName }),
  status: 200,
  response: publisherDocument,
});

/** All or nothing. Root and targets need the role admin. */
export const updateTrust = operation({
  id: 'updateTrust',
  method: 'put',
  path: '/trust',
  tag: 'trust',
  summary: 'Take in new versions of signed metadata, together',
  role: 'publisher',
  scope: 'trust:write',
  body: z.strictObject({
    root: rootDocument.optional(),
    targets: targetsDocument.optional(),
    publishers: z.record(appName, publisherDocument).optional(),
    /** Versions of roles over which this was made, 0 for none: when one of them has moved on, `conflict`, and nothing is taken in. */
    over: z.record(z.string().max(160), z.int().min(0)).optional(),
  }),
  status: 200,
  response: trustState,
});

export type TrustState = z.infer<typeof trustState>;
