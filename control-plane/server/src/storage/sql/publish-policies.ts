import type { Kysely } from 'kysely';
import type { PublishPolicyRepository } from '../port/publish-policies.ts';
import type { Tables } from './tables.ts';

export function publishPolicyRepository(db: Kysely<Tables>): PublishPolicyRepository {
  return {
    async get(tenant) {
      const row = await db
        .selectFrom('publish_policy')
        .where('tenant', '=', tenant)
        .select('policy_json')
        .executeTakeFirst();
      return row ? JSON.parse(row.policy_json) : { requireCosign: null };
    },
    async set(tenant, policy) {
      const row = { policy_json: JSON.stringify(policy) };
      await db
        .insertInto('publish_policy')
        .values({ tenant, ...row })
        .onConflict((conflict) => conflict.column('tenant').doUpdateSet(row))
        .execute();
    },
  };
}
