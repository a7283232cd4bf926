import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { operation } from './operation.ts';

/**
 * What a publisher's build system says of an artifact: a sigstore bundle (v0.3), as `cosign sign` and `cosign sign-blob --bundle` write
 * it. It is asked for beside the publisher's own signature, never instead of it, and no device needs it.
 */
export const evidence = z.strictObject({
  /** The bundle, JSON as it was written. */
  bundle: z.string().min(2).max(LIMITS.evidenceBytes),
  /** The OCI manifest that was signed, base64, where it is the manifest that names the artifact. */
  manifest: z.base64().max(LIMITS.evidenceBytes).optional(),
});

const identity = z.strictObject({
  /** Whom the certificate says, exactly: a mail address, or the URI of a workflow. */
  subject: z.string().min(1).max(1024),
  /** Who vouched for that: the URL of an OIDC provider. */
  issuer: z.url().max(1024),
});

export const cosignPolicy = z
  .strictObject({
    /** Public keys, PEM. */
    keys: z.array(z.string().max(4096)).max(8).default([]),
    /** Signers that a certificate of the trusted root names. */
    identities: z.array(identity).max(16).default([]),
    /** `trusted_root.json` as sigstore's tools write it. It is pinned: nothing is fetched when a release is judged. */
    trustedRoot: z.string().max(LIMITS.trustedRootBytes).optional(),
    /** Keys too must have signed into a transparency log of the trusted root; certificates always must. */
    transparencyLog: z.boolean().default(false),
  })
  .refine(({ keys, identities }) => keys.length + identities.length > 0, {
    error: 'say who may sign: keys, or identities with a trustedRoot',
  })
  .refine(
    ({ identities, transparencyLog, trustedRoot }) =>
      trustedRoot !== undefined || (identities.length === 0 && !transparencyLog),
    { error: 'identities and transparencyLog need a trustedRoot' },
  );

export const publishPolicy = z.strictObject({ requireCosign: cosignPolicy.nullable() });

export const getPublishPolicy = operation({
  id: 'getPublishPolicy',
  method: 'get',
  path: '/publish-policy',
  tag: 'releases',
  summary: "What is asked of a release beside its publisher's signature",
  role: 'viewer',
  scope: 'releases:read',
  status: 200,
  response: publishPolicy,
});

export const setPublishPolicy = operation({
  id: 'setPublishPolicy',
  method: 'put',
  path: '/publish-policy',
  tag: 'releases',
  summary: "Say what is asked of a release beside its publisher's signature, from the next one on",
  role: 'admin',
  scope: 'releases:write',
  body: publishPolicy,
  status: 200,
  response: publishPolicy,
});

export type Evidence = z.infer<typeof evidence>;
export type CosignPolicy = z.infer<typeof cosignPolicy>;
export type PublishPolicy = z.infer<typeof publishPolicy>;
