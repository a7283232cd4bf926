import { z } from 'zod';
import { tenantId } from '../names.ts';
import { operation, ROLES } from './operation.ts';
import { SCOPES } from './scopes.ts';
import { newPassword, password, userName } from './users.ts';

/**
 * Who is signed in. A browser holds its session in an HttpOnly cookie; a program that signs in for a person asks for the text of
 * the session instead (`as: bearer`) and sends it like an operator token.
 */
export const session = z
  .object({
    operator: z.string(),
    tenant: tenantId,
    role: z.enum(ROLES),
    /** Null: everything that the role allows. */
    scopes: z.array(z.enum(SCOPES)).nullable(),
    /** `token`: a program, or a session that a token opened. `password` and `oidc`: a person. */
    kind: z.enum(['token', 'password', 'oidc']),
    /** Null for an operator token in use by itself without an end. */
    expiresAtMs: z.int().nullable(),
  })
  .meta({ id: 'Session' });

const credentials = z.union([
  z.object({ token: z.string().max(256) }),
  z.object({ tenant: tenantId.optional(), user: userName, password }),
  /** What the browser brought back from `GET /oidc/start`, with the verifier of the challenge that was sent there. */
  z.object({ code: z.string().max(256), verifier: z.string().max(256) }),
]);

export const openSession = operation({
  id: 'openSession',
  method: 'post',
  path: '/session',
  tag: 'session',
  summary: 'Sign in: as a user, with an operator token, or with the code of an OpenID Connect sign-in',
  role: 'none',
  scope: 'none',
  body: z.intersection(credentials, z.object({ as: z.enum(['cookie', 'bearer']).default('cookie') })),
  status: 200,
  /** `token` only where a bearer was asked for. */
  response: session.extend({ token: z.string().optional() }),
});
export const getSession = operation({
  id: 'getSession',
  method: 'get',
  path: '/session',
  tag: 'session',
  summary: 'Who is signed in',
  role: 'viewer',
  scope: 'none',
  status: 200,
  response: session,
});
export const closeSession = operation({
  id: 'closeSession',
  method: 'delete',
  path: '/session',
  tag: 'session',
  summary: 'Sign out',
  role: 'none',
  scope: 'none',
  status: 204,
});
export const closeSessions = operation({
  id: 'closeSessions',
  method: 'delete',
  path: '/sessions',
  tag: 'session',
  summary: 'Sign out everywhere: every session of the one who asks ends, this one too',
  role: 'viewer',
  scope: 'none',
  status: 204,
});
export const changePassword = operation({
  id: 'changePassword',
  method: 'post',
  path: '/session/password',
  tag: 'session',
  summary: 'Change the own password; every other session of the user ends',
  role: 'viewer',
  scope: 'none',
  body: z.object({ current: password, next: newPassword }),
  status: 204,
});

/** How one can sign in here, for a page that nobody is signed in to yet. */
export const getSignIn = operation({
  id: 'getSignIn',
  method: 'get',
  path: '/sign-in',
  tag: 'session',
  summary: 'The ways to sign in',
  role: 'none',
  scope: 'none',
  status: 200,
  response: z.object({
    /** False until the first user is made. */
    hasUsers: z.boolean(),
    oidc: z.object({ name: z.string() }).nullable(),
  }),
});

export type Session = z.infer<typeof session>;
