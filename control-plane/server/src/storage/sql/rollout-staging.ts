import type { RolloutId } from '@wherry/protocol';
import type { Kysely } from 'kysely';
import type { RolloutStagingRepository } from '../port/rollout-staging.ts';
import type { MemberRecord, RolloutRecord } from '../port/rollouts.ts';
import { batches } from './batches.ts';
import { write as writeMember } from './rollout-members.ts';
import { packMembers, unpackMembers } from './staged-members.ts';
import type { Tables } from './tables.ts';

/** Has not begun: takes no device from another and loses none to another. */
const NOT_BEGUN = ['preparing', 'draft', 'scheduled'];

export function rolloutStagingRepository(
  db: Kysely<Tables>,
  addHeader: (record: RolloutRecord) => Promise<void>,
): RolloutStagingRepository {
  return {
    async stage(record, members, batchRows) {
      await addHeader(record);
      let batch = 0;
      for (const some of batches(members, batchRows)) {
        const row = { tenant: record.tenant, rollout: record.id, batch, members_json: packMembers(some) };
        await db.insertInto('rollout_staged').values(row).execute();
        batch += 1;
      }
    },
    async writeStaged(tenant, rollout, settle) {
      const next = await db
        .selectFrom('rollout_staged')
        .where('tenant', '=', tenant)
        .where('rollout', '=', rollout)
        .select(['batch', 'members_json'])
        .orderBy('batch')
        .limit(1)
        .executeTakeFirst();
      if (!next) return 0;
      await db
        .deleteFrom('rollout_staged')
        .where('tenant', '=', tenant)
        .where('rollout', '=', rollout)
        .where('batch', '=', next.batch)
        .execute();
      const members = unpackMembers(rollout, next.members_json).map((record) => ({
        ...record,
        member: settle(record.member),
      }));
      await insertMembers(db, tenant, members);
      return members.length;
    },
    async hasStaged(tenant, rollout) {
      const row = await db
        .selectFrom('rollout_staged')
        .where('tenant', '=', tenant)
        .where('rollout', '=', rollout)
        .select('batch')
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async toPrepare(nowMs, limit) {
      const rows = await db
        .selectFrom('rollout')
        .where(({ or, eb, exists, selectFrom }) =>
          or([
            eb('state', '=', 'preparing'),
            exists(
              selectFrom('rollout_staged as staged')
                .whereRef('staged.tenant', '=', 'rollout.tenant')
                .whereRef('staged.rollout', '=', 'rollout.id')
                .select('staged.batch'),
            ),
          ]),
        )
        .where((where) => where.or([where('leased_until_ms', 'is', null), where('leased_until_ms', '<=', nowMs)]))
        .select(['tenant', 'id'])
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(({ tenant, id }) => ({ tenant, rollout: id as RolloutId }));
    },
    async leaseStaged(tenant, rollout, nowMs, untilMs) {
      const result = await db
        .updateTable('rollout')
        .set({ leased_until_ms: untilMs })
        .where('tenant', '=', tenant)
        .where('id', '=', rollout)
        .where((where) => where.or([where('leased_until_ms', 'is', null), where('leased_until_ms', '<=', nowMs)]))
        .executeTakeFirst();
      return Number(result.numUpdatedRows) === 1;
    },
    async keepLease(tenant, rollout, untilMs) {
      await db
        .updateTable('rollout')
        .set({ leased_until_ms: untilMs })
        .where('tenant', '=', tenant)
        .where('id', '=', rollout)
        .execute();
    },
    async hasOlderPreparing(tenant, app, than) {
      let query = db
        .selectFrom('rollout')
        .where('tenant', '=', tenant)
        .where('app', '=', app)
        .where('state', '=', 'preparing');
      if (than !== undefined) query = query.where('id', '<', than);
      return (await query.select('id').limit(1).executeTakeFirst()) !== undefined;
    },
    async heldByOthers(tenant, { id, app }, states, limit) {
      const begun = await db
        .selectFrom('rollout')
        .where('tenant', '=', tenant)
        .where('app', '=', app)
        .where('id', '!=', id)
        .where('state', 'not in', NOT_BEGUN)
        .select('id')
        .orderBy('id')
        .execute();
      const found: { rollout: RolloutId; device: string }[] = [];
      for (const other of begun) {
        if (found.length >= limit) break;
        const rows = await db
          .selectFrom('rollout_member as theirs')
          .where('theirs.tenant', '=', tenant)
          .where('theirs.rollout', '=', other.id)
          .where('theirs.state', 'in', states)
          .where(({ exists, selectFrom }) =>
            exists(
              selectFrom('rollout_member as own')
                .whereRef('own.tenant', '=', 'theirs.tenant')
                .where('own.rollout', '=', id)
                .whereRef('own.device', '=', 'theirs.device')
                .where('own.state', 'in', ['pending', 'waiting'])
                .select('own.device'),
            ),
          )
          .select('theirs.device')
          .limit(limit - found.length)
          .execute();
        for (const { device } of rows) found.push({ rollout: other.id as RolloutId, device });
      }
      return found;
    },
    async outside(tenant, rollout) {
      const rows = await db
        .selectFrom('device')
        .where('tenant', '=', tenant)
        .where('removed_at_ms', 'is', null)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('rollout_member as own')
                .whereRef('own.tenant', '=', 'device.tenant')
                .where('own.rollout', '=', rollout)
                .whereRef('own.device', '=', 'device.device')
                .select('own.device'),
            ),
          ),
        )
        .select('device')
        .orderBy('device')
        .execute();
      return rows.map(({ device }) => device);
    },
    async waitingOnline(limit) {
      const rows = await db
        .selectFrom('rollout_member as member')
        .innerJoin('rollout', (join) =>
          join.onRef('rollout.tenant', '=', 'member.tenant').onRef('rollout.id', '=', 'member.rollout'),
        )
        .innerJoin('device', (join) =>
          join.onRef('device.tenant', '=', 'member.tenant').onRef('device.device', '=', 'member.device'),
        )
        .where('rollout.state', 'not in', [...NOT_BEGUN, 'aborted'])
        .where('member.state', '=', 'waiting')
        .where('device.is_online', '=', 1)
        .select(['member.tenant', 'member.rollout', 'member.device'])
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row, rollout: row.rollout as RolloutId }));
    },
  };
}

export async function insertMembers(db: Kysely<Tables>, tenant: string, members: readonly MemberRecord[]) {
  for (const some of batches(members))
    await db
      .insertInto('rollout_member')
      .values(some.map((member) => writeMember(tenant, member)))
      .execute();
}
