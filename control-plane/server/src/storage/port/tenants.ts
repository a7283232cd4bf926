import type { Tenant, TenantSettings } from '@wherry/protocol';

export interface TenantRepository {
  /** False when it is there already. */
  add(tenant: Tenant): Promise<boolean>;
  list(): Promise<Tenant[]>;
  /** The defaults where nothing was set. */
  settings(tenant: string): Promise<TenantSettings>;
  /** False when there is no such tenant. */
  saveSettings(tenant: string, settings: TenantSettings): Promise<boolean>;
}
