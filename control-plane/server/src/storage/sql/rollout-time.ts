import type { RolloutId } from '@wherry/protocol';
import type { Kysely } from 'kysely';
import type { RolloutTimeRepository } from '../port/rollouts.ts';
import type { Dialect } from './dialect.ts';
import { write } from './rollout-members.ts';
import type { Tables } from './tables.ts';

/** What rollouts and their members wait for: their time, or silence. */
export function rolloutTimeRepository(db: Kysely<Tables>, dialect: Dialect): RolloutTimeRepository {
  return {
    async overdue(nowMs, limit) {
      const rows = await db
        .selectFrom('rollout_member')
        .where('deadline_at_ms', '<=', nowMs)
        .select(['tenant', 'rollout', 'device'])
        .orderBy('deadline_at_ms')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row, rollout: row.rollout as RolloutId }));
    },
    async openOf(tenant, app) {
      const open = await db
        .selectFrom('rollout')
        .where('tenant', '=', tenant)
        .where('app', '=', app)
        .where('state', 'not in', ['preparing', 'draft', 'scheduled', 'aborted'])
        .select('id')
        .orderBy('id')
        .execute();
      const found: { rollout: RolloutId; device: string }[] = [];
      for (const { id } of open) {
        const rows = await db
          .selectFrom('rollout_member')
          .where('tenant', '=', tenant)
          .where('rollout', '=', id)
          .where('state', 'in', ['pending', 'waiting', 'in_flight', 'soaking'])
          .select('device')
          .execute();
        for (const { device } of rows) found.push({ rollout: id as RolloutId, device });
      }
      return found;
    },
    async toWake(nowMs, limit) {
      const rows = await db
        .selectFrom('rollout')
        .where('wake_at_ms', '<=', nowMs)
        .select(['tenant', 'id'])
        .orderBy('wake_at_ms')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ tenant: row.tenant, rollout: row.id as RolloutId }));
    },
    async awayInSoak(nowMs, limit) {
      const rows = await db
        .selectFrom('rollout_member as member')
        .innerJoin('device', (join) =>
          join.onRef('device.tenant', '=', 'member.tenant').onRef('device.device', '=', 'member.device'),
        )
        .where('member.deadline_at_ms', '>', nowMs)
        .where('member.state', '=', 'soaking')
        .where('device.is_online', '=', 0)
        .where('device.offline_since_ms', 'is not', null)
        .select(['member.tenant', 'member.rollout', 'member.device', 'device.offline_since_ms'])
        .limit(limit)
        .execute();
      return rows.map(({ tenant, rollout, device, offline_since_ms }) => {
        return { tenant, rollout: rollout as RolloutId, device, offlineSinceMs: Number(offline_since_ms) };
      });
    },
    async growing(tenant) {
      const rows = await db
        .selectFrom('rollout')
        .where('tenant', '=', tenant)
        .where('is_dynamic', '=', 1)
        .where('state', 'not in', ['preparing', 'draft', 'aborted'])
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('rollout as newer')
                .whereRef('newer.tenant', '=', 'rollout.tenant')
                .whereRef('newer.app', '=', 'rollout.app')
                .whereRef('newer.id', '>', 'rollout.id')
                .where('newer.state', 'not in', ['preparing', 'draft', 'scheduled'])
                .select('newer.id'),
            ),
          ),
        )
        .select('id')
        .execute();
      return rows.map((row) => row.id as RolloutId);
    },
    async baselines(tenant, rollout, devices) {
      const found = new Map<string, { memoryBytes: number; cpuShare: number }>();
      const rows = await db
        .selectFrom('rollout_member')
        .where('tenant', '=', tenant)
        .where('rollout', '=', rollout)
        .where('device', 'in', dialect.texts(devices))
        .where('baseline_json', 'is not', null)
        .select(['device', 'baseline_json'])
        .execute();
      for (const row of rows) found.set(row.device, JSON.parse(row.baseline_json ?? '{}'));
      return found;
    },
    async saveAssigned(tenant, rollout, assigned) {
      for (const one of assigned)
        await db
          .updateTable('rollout_member')
          .set({
            previous_release: one.previousRelease,
            previous_version: one.previousVersion,
            previous_config_json: JSON.stringify(one.previousConfig),
            baseline_json: one.baseline && JSON.stringify(one.baseline),
          })
          .where('tenant', '=', tenant)
          .where('rollout', '=', rollout)
          .where('device', '=', one.device)
          .execute();
    },
    async addMember(tenant, record) {
      const last = await db
        .selectFrom('rollout_member')
        .where('tenant', '=', tenant)
        .where('rollout', '=', record.rollout)
        .select((select) => select.fn.max('position').as('position'))
        .executeTakeFirst();
      const added = { ...record, position: Number(last?.position ?? -1) + 1 };
      await db.insertInto('rollout_member').values(write(tenant, added)).execute();
      return added;
    },
  };
}
