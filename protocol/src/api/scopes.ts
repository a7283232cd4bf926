/**
 * What a token may touch, beside its role: the role bounds how far anybody may go, the scopes bound where this token may. Each
 * operation names the one scope it needs; `x:write` contains `x:read`.
 */
export const SCOPES = [
  'devices:read',
  'devices:write',
  'claims:read',
  'claims:write',
  'releases:read',
  'releases:write',
  'rollouts:read',
  'rollouts:write',
  'trust:read',
  'trust:write',
  'secrets:read',
  'secrets:write',
  'access:read',
  'access:write',
  'audit:read',
  'tenants:read',
  'tenants:write',
  'authority:read',
  'authority:write',
] as const;
export type Scope = (typeof SCOPES)[number];
