import { TENANT_DEFAULTS, type Tenant, type TenantId, type TenantSettings, tenantSettings } from '@wherry/protocol';
import type { Kysely } from 'kysely';
import type { TenantRepository } from '../port/tenants.ts';
import type { Tables } from './tables.ts';

export function tenantRepository(db: Kysely<Tables>): TenantRepository {
  return {
    async add({ tenant, createdAtMs, createdBy }) {
      const result = await db
        .insertInto('tenant')
        .values({ tenant, created_at_ms: createdAtMs, created_by: createdBy, settings_json: '{}' })
        .onConflict((conflict) => conflict.column('tenant').doNothing())
        .executeTakeFirst();
      return Number(result.numInsertedOrUpdatedRows) === 1;
    },
    async list() {
      const rows = await db.selectFrom('tenant').selectAll().orderBy('tenant').execute();
      return rows.map(
        (row): Tenant => ({
          tenant: row.tenant as TenantId,
          createdAtMs: row.created_at_ms,
          createdBy: row.created_by,
        }),
      );
    },
    async settings(tenant) {
      const row = await db.selectFrom('tenant').where('tenant', '=', tenant).select('settings_json').executeTakeFirst();
      return readSettings(row?.settings_json ?? '{}');
    },
    async saveSettings(tenant, settings) {
      const result = await db
        .updateTable('tenant')
        .set({ settings_json: JSON.stringify(settings) })
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return Number(result.numUpdatedRows) === 1;
    },
  };
}

function readSettings(json: string): TenantSettings {
  return tenantSettings.parse({ ...TENANT_DEFAULTS, ...JSON.parse(json) });
}
