import { z } from 'zod';
import { tenantId } from '../names.ts';
import { operation, ROLES } from './operation.ts';
import { pageOf, pageQuery } from './page.ts';

export const session = z
  .object({ operator: z.string(), tenant: tenantId, role: z.enum(ROLES) })
  .meta({ id: 'Session' });

/** Signs the browser in: the operator token becomes an HttpOnly, SameSite=Strict cookie. */
export const openSession = operation({
  id: 'openSession',
  method: 'post',
  path: '/session',
  tag: 'access',
  summary: 'Sign in with an operator token',
  role: 'none',
  body: z.object({ token: z.string().max(256) }),
  status: 200,
  response: session,
});
export const getSession = operation({
  id: 'getSession',
  method: 'get',
  path: '/session',
  tag: 'access',
  summary: 'Who is signed in',
  role: 'viewer',
  status: 200,
  response: session,
});
export const closeSession = operation({
  id: 'closeSession',
  method: 'delete',
  path: '/session',
  tag: 'access',
  summary: 'Sign out',
  role: 'none',
  status: 204,
});

export const operatorToken = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    createdAtMs: z.int(),
    expiresAtMs: z.int().nullable(),
    lastUsedAtMs: z.int().nullable(),
  })
  .meta({ id: 'OperatorToken' });

export const listOperatorTokens = operation({
  id: 'listOperatorTokens',
  method: 'get',
  path: '/operator-tokens',
  tag: 'access',
  summary: 'Operator tokens, without their secrets',
  role: 'admin',
  status: 200,
  response: z.object({ items: z.array(operatorToken) }),
});
export const createOperatorToken = operation({
  id: 'createOperatorToken',
  method: 'post',
  path: '/operator-tokens',
  tag: 'access',
  summary: 'Make an operator token; its text is shown this once',
  role: 'admin',
  body: z.object({
    name: z.string().min(1).max(64),
    role: z.enum(ROLES),
    ttlMs: z.int().min(60_000).optional(),
  }),
  status: 201,
  response: operatorToken.extend({ token: z.string() }),
});
export const removeOperatorToken = operation({
  id: 'removeOperatorToken',
  method: 'delete',
  path: '/operator-tokens/{id}',
  tag: 'access',
  summary: 'Revoke an operator token',
  role: 'admin',
  params: z.object({ id: z.string().max(64) }),
  status: 204,
});

export const auditEntry = z
  .object({
    id: z.int(),
    atMs: z.int(),
    operator: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });

export const listAudit = operation({
  id: 'listAudit',
  method: 'get',
  path: '/audit',
  tag: 'access',
  summary: 'What operators changed, newest first',
  role: 'viewer',
  query: pageQuery,
  status: 200,
  response: pageOf(auditEntry),
});

export type Session = z.infer<typeof session>;
export type OperatorToken = z.infer<typeof operatorToken>;
export type AuditEntry = z.infer<typeof auditEntry>;
