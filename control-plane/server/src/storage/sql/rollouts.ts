import type { AppName, Digest, MemberState, RolloutId, RolloutState, Version } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import { decodeCursor, decodeNumber } from '../port/cursor.ts';
import type { RolloutStagingRepository } from '../port/rollout-staging.ts';
import type { RolloutRecord, RolloutRepository } from '../port/rollouts.ts';
import type { Dialect } from './dialect.ts';
import { groupedBy } from './grouped.ts';
import { pageOf } from './page.ts';
import { read as readMember } from './rollout-members.ts';
import { insertMembers, rolloutStagingRepository } from './rollout-staging.ts';
import { rolloutTimeRepository } from './rollout-time.ts';
import type { Tables } from './tables.ts';

export function rolloutRepository(db: Kysely<Tables>, dialect: Dialect): RolloutRepository & RolloutStagingRepository {
  const addHeader = async (record: RolloutRecord) =>
    void (await db.insertInto('rollout').values(write(record)).execute());
  const membersOf = (tenant: string, rollout: string) =>
    db.selectFrom('rollout_member').where('tenant', '=', tenant).where('rollout', '=', rollout);
  return {
    ...rolloutTimeRepository(db, dialect),
    ...rolloutStagingRepository(db, addHeader),
    async add(record, members) {
      await addHeader(record);
      await insertMembers(db, record.tenant, members);
    },
    async find(tenant, id) {
      const row = await db
        .selectFrom('rollout')
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .selectAll()
        .executeTakeFirst();
      return row ? read(row) : null;
    },
    async save(record) {
      const result = await db
        .updateTable('rollout')
        .set({
          state: record.header.state,
          header_json: JSON.stringify(record.header),
          revision: record.revision + 1,
          wake_at_ms: record.header.wakeAtMs,
          is_seconded: isSeconded(record),
        })
        .where('tenant', '=', record.tenant)
        .where('id', '=', record.id)
        .where('revision', '=', record.revision)
        .executeTakeFirst();
      return Number(result.numUpdatedRows) === 1;
    },
    async setRevertedBy(tenant, id, by) {
      await db
        .updateTable('rollout')
        .set({ reverted_by: by })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    },
    async list(tenant, { app, state }, { cursor, limit }) {
      const before = decodeCursor(cursor);
      let query = db.selectFrom('rollout').where('tenant', '=', tenant);
      if (app !== undefined) query = query.where('app', '=', app);
      if (state !== undefined) query = query.where('state', '=', state);
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf(rows, limit, (row) => row.id, read);
    },
    async countUnseconded(tenant, release, except) {
      const others = db
        .selectFrom('rollout')
        .where('tenant', '=', tenant)
        .where('release', '=', release)
        .where('is_seconded', '=', 0)
        .where('id', '!=', except ?? '')
        .where('state', 'not in', ['preparing', 'draft', 'scheduled'])
        .select('id');
      const row = await db
        .selectFrom('rollout_member')
        .where('tenant', '=', tenant)
        .where('rollout', 'in', others)
        .where('state', '!=', 'skipped')
        .where('device', 'not in', membersOf(tenant, except ?? '').select('device'))
        .select((select) => select.fn.count<number>('device').distinct().as('count'))
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async countByState(tenant) {
      const rows = await db
        .selectFrom('rollout')
        .where('tenant', '=', tenant)
        .groupBy('state')
        .select((select) => ['state', select.fn.countAll<number>().as('count')])
        .execute();
      return Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
    },
    async countByTenant() {
      const rows = await db
        .selectFrom('rollout')
        .groupBy(['tenant', 'state'])
        .select((select) => ['tenant', 'state', select.fn.countAll<number>().as('count')])
        .execute();
      const counted = new Map<string, Partial<Record<RolloutState, number>>>();
      for (const { tenant, state, count } of rows)
        counted.set(tenant, { ...counted.get(tenant), [state]: Number(count) });
      return counted;
    },

    async members(tenant, rollout, devices) {
      const rows = await membersOf(tenant, rollout).where('device', 'in', dialect.texts(devices)).selectAll().execute();
      return rows.map(readMember);
    },
    async saveMembers(tenant, rollout, members) {
      for (const group of groupedBy(members, ({ device: _, ...rest }) => rest)) {
        const member = group[0] as (typeof members)[number];
        const names = group.map(({ device }) => device);
        await db
          .updateTable('rollout_member')
          .set({
            wave: member.wave,
            state: member.state,
            attempt: member.attempt,
            generation: member.generation,
            deployment: member.deployment,
            code: member.code,
            message: member.message,
            variant: member.variant,
            updated_at_ms: member.updatedAtMs,
            deadline_at_ms: member.deadlineAtMs,
          })
          .where('tenant', '=', tenant)
          .where('rollout', '=', rollout)
          .where('device', 'in', dialect.texts(names))
          .execute();
      }
    },
    async dismissWaiting(tenant, rollout, message, atMs) {
      await db
        .updateTable('rollout_member')
        .set({ state: 'skipped', message, updated_at_ms: atMs, deadline_at_ms: null })
        .where('tenant', '=', tenant)
        .where('rollout', '=', rollout)
        .where('state', 'in', ['pending', 'waiting'])
        .execute();
    },
    async listMembers(tenant, rollout, { wave, state }, { cursor, limit }) {
      const after = decodeNumber(cursor);
      let query = membersOf(tenant, rollout);
      if (wave !== undefined) query = query.where('wave', '=', wave);
      if (state !== undefined) query = query.where('state', '=', state);
      if (after !== undefined) query = query.where('position', '>', after);
      const rows = await query
        .selectAll()
        .orderBy('position')
        .limit(limit + 1)
        .execute();
      return pageOf(rows, limit, (row) => row.position, readMember);
    },
    async pending(tenant, rollout, range, limit) {
      let query = db
        .selectFrom('rollout_member as member')
        .innerJoin('device', (join) =>
          join.onRef('device.tenant', '=', 'member.tenant').onRef('device.device', '=', 'member.device'),
        )
        .where('member.tenant', '=', tenant)
        .where('member.rollout', '=', rollout)
        .where('member.state', '=', 'pending')
        .where('member.wave', '>=', range.fromWave)
        .where('member.wave', '<=', range.throughWave);
      if (range.isOnlineOnly) query = query.where('device.is_online', '=', 1);
      const rows = await query
        .selectAll('member')
        .select('device.is_online')
        .orderBy('member.wave')
        .orderBy('member.position')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ record: readMember(row), isOnline: row.is_online === 1 }));
    },
    async pendingBefore(tenant, rollout, wave, position) {
      const row = await membersOf(tenant, rollout)
        .where('state', '=', 'pending')
        .where((where) =>
          where.or([where('wave', '<', wave), where.and([where('wave', '=', wave), where('position', '<', position)])]),
        )
        .select((select) => select.fn.countAll<number>().as('count'))
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async inStates(tenant, rollout, states, afterPosition, limit) {
      const rows = await membersOf(tenant, rollout)
        .where('state', 'in', states)
        .where('position', '>', afterPosition)
        .selectAll()
        .orderBy('position')
        .limit(limit)
        .execute();
      return rows.map(readMember);
    },
    async tally(tenant, rollout) {
      const rows = await membersOf(tenant, rollout)
        .groupBy(['wave', 'state'])
        .select((select) => ['wave', 'state', select.fn.countAll<number>().as('count')])
        .execute();
      return rows.map((row) => ({ wave: row.wave, state: row.state as MemberState, count: Number(row.count) }));
    },
    async having(tenant, devices, states) {
      const rows = await db
        .selectFrom('rollout_member')
        .where('tenant', '=', tenant)
        .where('device', 'in', dialect.texts(devices))
        .where('state', 'in', dialect.texts(states))
        .select(['rollout', 'device'])
        .orderBy('rollout')
        .execute();
      return rows.map((row) => ({ rollout: row.rollout as RolloutId, device: row.device }));
    },
  };
}

function write(record: RolloutRecord): Tables['rollout'] {
  return {
    tenant: record.tenant,
    id: record.id,
    app: record.app,
    version: record.version,
    release: record.release,
    release_counter: record.releaseCounter,
    selector: record.selector,
    config_json: JSON.stringify(record.config),
    is_rollback: record.rollback ? 1 : 0,
    created_by: record.createdBy,
    created_at_ms: record.createdAtMs,
    reverts: record.reverts,
    reverted_by: record.revertedBy,
    state: record.header.state,
    header_json: JSON.stringify(record.header),
    revision: record.revision,
    wake_at_ms: record.header.wakeAtMs,
    is_dynamic: record.header.isDynamic ? 1 : 0,
    terms_json: JSON.stringify(record.terms),
    leased_until_ms: null,
    is_seconded: isSeconded(record),
  };
}

function isSeconded({ header }: RolloutRecord): number {
  return header.second?.approvedBy == null ? 0 : 1;
}

function read(row: Selectable<Tables['rollout']>): RolloutRecord {
  return {
    tenant: row.tenant,
    id: row.id as RolloutId,
    app: row.app as AppName,
    version: row.version as Version,
    release: row.release as Digest,
    releaseCounter: row.release_counter,
    selector: row.selector,
    config: JSON.parse(row.config_json) as Record<string, string>,
    rollback: row.is_rollback === 1,
    createdBy: row.created_by,
    createdAtMs: row.created_at_ms,
    reverts: row.reverts as RolloutId | null,
    revertedBy: row.reverted_by as RolloutId | null,
    header: { ...JSON.parse(row.header_json), state: row.state as RolloutState },
    revision: row.revision,
    terms: row.terms_json === null ? {} : JSON.parse(row.terms_json),
  };
}
