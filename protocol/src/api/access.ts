import { z } from 'zod';
import { operation, ROLES } from './operation.ts';
import { SCOPES } from './scopes.ts';

/** Operator tokens, with which programs sign in. People sign in as users (users.ts). */
const tokenTtlMs = z
  .int()
  .min(60_000)
  .max(10 * 365 * 86_400_000);
const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .refine((given) => new Set(given).size === given.length, 'name each scope once')
  .nullable();

export const operatorToken = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    /** Null: everything that the role allows. */
    scopes: z.array(z.enum(SCOPES)).nullable(),
    /** Who made it; null for the first one. */
    createdBy: z.string().nullable(),
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
  scope: 'access:read',
  status: 200,
  response: z.object({ items: z.array(operatorToken) }),
});
export const createOperatorToken = operation({
  id: 'createOperatorToken',
  method: 'post',
  path: '/operator-tokens',
  tag: 'access',
  summary: 'Make an operator token, of no more than its maker may do; its text is shown this once',
  role: 'admin',
  scope: 'access:write',
  body: z.object({
    name: z.string().min(1).max(64),
    role: z.enum(ROLES),
    /** Left out or null: everything that the role allows. */
    scopes: scopes.optional(),
    ttlMs: tokenTtlMs.optional(),
  }),
  status: 201,
  response: operatorToken.extend({ token: z.string() }),
});
export const removeOperatorToken = operation({
  id: 'removeOperatorToken',
  method: 'delete',
  path: '/operator-tokens/{id}',
  tag: 'access',
  summary: 'Revoke an operator token, and end the sessions that were opened with it',
  role: 'admin',
  scope: 'access:write',
  params: z.object({ id: z.string().max(64) }),
  status: 204,
});

export type OperatorToken = z.infer<typeof operatorToken>;
