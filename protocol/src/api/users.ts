import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { operation, ROLES } from './operation.ts';

/** People who sign in to one tenant: with a password that is kept here, or through the tenant's OpenID Connect provider. */
export const USER_NAME_PATTERN = /^[a-z0-9][a-z0-9._@+-]{0,62}$/;
export const userName = z
  .string()
  .regex(
    USER_NAME_PATTERN,
    'user: use 1 to 63 of a-z, 0-9, ".", "_", "@", "+" and "-", beginning with a letter or digit',
  );

/** As it is typed at a sign-in: whatever it is, up to a bound that nobody types. It is never cut. */
export const password = z.string().min(1).max(LIMITS.passwordChars);
/** As it is chosen; the control plane says more about what is too weak. */
export const newPassword = z
  .string()
  .min(LIMITS.passwordCharsMin, `password: use at least ${LIMITS.passwordCharsMin} characters`)
  .max(LIMITS.passwordChars);

export const user = z
  .object({
    name: userName,
    role: z.enum(ROLES),
    /** `oidc`: comes from the provider, which also decides its role at each sign-in. */
    source: z.enum(['local', 'oidc']),
    createdAtMs: z.int(),
    signedInAtMs: z.int().nullable(),
    sessions: z.int().min(0),
  })
  .meta({ id: 'User' });

const params = z.object({ name: userName });
const base = { tag: 'access', role: 'admin', scope: 'access:write' } as const;

export const listUsers = operation({
  ...base,
  id: 'listUsers',
  method: 'get',
  path: '/users',
  summary: 'Users of the tenant',
  scope: 'access:read',
  status: 200,
  response: z.object({ items: z.array(user) }),
});
export const createUser = operation({
  ...base,
  id: 'createUser',
  method: 'post',
  path: '/users',
  summary: 'Let a person in, with a first password',
  body: z.object({ name: userName, role: z.enum(ROLES), password: newPassword }),
  status: 201,
  response: user,
});
export const setUserRole = operation({
  ...base,
  id: 'setUserRole',
  method: 'put',
  path: '/users/{name}/role',
  summary: 'Change what a user may do, from the next request on',
  params,
  body: z.object({ role: z.enum(ROLES) }),
  status: 200,
  response: user,
});
export const setUserPassword = operation({
  ...base,
  id: 'setUserPassword',
  method: 'put',
  path: '/users/{name}/password',
  summary: 'Give a user another password; every session of the user ends',
  params,
  body: z.object({ password: newPassword }),
  status: 204,
});
export const closeUserSessions = operation({
  ...base,
  id: 'closeUserSessions',
  method: 'delete',
  path: '/users/{name}/sessions',
  summary: 'Sign a user out everywhere',
  params,
  status: 204,
});
export const removeUser = operation({
  ...base,
  id: 'removeUser',
  method: 'delete',
  path: '/users/{name}',
  summary: 'Remove a user; every session of the user ends',
  params,
  status: 204,
});

export type User = z.infer<typeof user>;
