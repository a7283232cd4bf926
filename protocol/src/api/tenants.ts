import { z } from 'zod';
import { tenantId } from '../names.ts';
import { operation } from './operation.ts';

/** Owners of devices, apps and users. The tenant `default` is the installation's own: its admins add others. */
export const INSTALLATION_TENANT = 'default';

export const tenant = z
  .object({ tenant: tenantId, createdAtMs: z.int(), createdBy: z.string() })
  .meta({ id: 'Tenant' });

const settings = {
  /** A second operator must approve before a rollout reaches more than this share of the tenant's devices. Null: nobody must. */
  approvals: z.strictObject({ aboveShare: z.number().min(0).max(1).nullable() }),
  audit: z.strictObject({
    /** Older entries of the audit log are given up, behind a signed checkpoint. Null: none are. */
    keptMs: z
      .int()
      .min(7 * 86_400_000)
      .max(100 * 366 * 86_400_000)
      .nullable(),
  }),
};
export const tenantSettings = z.object(settings).meta({ id: 'TenantSettings' });

export const listTenants = operation({
  id: 'listTenants',
  method: 'get',
  path: '/tenants',
  tag: 'tenants',
  summary: 'Every tenant of this installation; for admins of its own tenant',
  role: 'admin',
  scope: 'tenants:read',
  status: 200,
  response: z.object({ items: z.array(tenant) }),
});

export const addTenant = operation({
  id: 'addTenant',
  method: 'post',
  path: '/tenants',
  tag: 'tenants',
  summary: 'Add a tenant, with an operator token for its first admin, which is shown this once',
  role: 'admin',
  scope: 'tenants:write',
  body: z.strictObject({
    tenant: tenantId,
    /** Name of the first admin's token. */
    admin: z.string().min(1).max(64).default('admin'),
  }),
  status: 201,
  response: tenant.extend({ token: z.string() }),
});

export const getTenantSettings = operation({
  id: 'getTenantSettings',
  method: 'get',
  path: '/settings',
  tag: 'tenants',
  summary: 'Rules of this tenant',
  role: 'viewer',
  scope: 'tenants:read',
  status: 200,
  response: tenantSettings,
});

export const setTenantSettings = operation({
  id: 'setTenantSettings',
  method: 'patch',
  path: '/settings',
  tag: 'tenants',
  summary: 'Change rules of this tenant; what is absent stays',
  role: 'admin',
  scope: 'tenants:write',
  body: z.strictObject({ approvals: settings.approvals.optional(), audit: settings.audit.optional() }),
  status: 200,
  response: tenantSettings,
});

export type Tenant = z.infer<typeof tenant>;
export type TenantSettings = z.infer<typeof tenantSettings>;
export const TENANT_DEFAULTS: TenantSettings = { approvals: { aboveShare: null }, audit: { keptMs: null } };
