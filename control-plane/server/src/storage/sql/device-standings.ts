import type { Kysely, Selectable } from 'kysely';
import type { DeviceStanding, DeviceStandingRepository } from '../port/device-standings.ts';
import { batches } from './batches.ts';
import type { Dialect } from './dialect.ts';
import type { Tables } from './tables.ts';

type Row = Tables['device_standing'];

export function deviceStandingRepository(db: Kysely<Tables>, dialect: Dialect): DeviceStandingRepository {
  /** A device has no row before there is something to say. */
  async function set(tenant: string, device: string, values: Partial<Omit<Row, 'tenant' | 'device'>>) {
    await db
      .insertInto('device_standing')
      .values({ ...NOTHING, tenant, device, ...values })
      .onConflict((conflict) => conflict.columns(['tenant', 'device']).doUpdateSet(values))
      .execute();
  }
  return {
    async findMany(tenant, devices) {
      const found = new Map<string, DeviceStanding>();
      for (const names of batches(devices)) {
        const rows = await db
          .selectFrom('device_standing')
          .where('tenant', '=', tenant)
          .where('device', 'in', dialect.texts(names))
          .selectAll()
          .execute();
        for (const row of rows) found.set(row.device, read(row));
      }
      return found;
    },
    async undecided(tenant, limit) {
      const rows = await db
        .selectFrom('device_standing as s')
        .innerJoin('device as d', (join) => join.onRef('d.tenant', '=', 's.tenant').onRef('d.device', '=', 's.device'))
        .where('s.tenant', '=', tenant)
        .where('d.removed_at_ms', 'is', null)
        .where((is) =>
          is.or([
            is('s.quarantined_at_ms', 'is not', null),
            is.and([is('s.renewal_key_hash', 'is not', null), is('s.renewal_approved_at_ms', 'is', null)]),
          ]),
        )
        .orderBy('s.device')
        .select('s.device')
        .limit(limit)
        .execute();
      return rows.map(({ device }) => device);
    },
    setBoots: (tenant, device, boot, formerBoots) =>
      set(tenant, device, { boot, former_boots_json: JSON.stringify(formerBoots) }),
    setQuarantine: (tenant, device, atMs) => set(tenant, device, { quarantined_at_ms: atMs }),
    setRenewal: (tenant, device, renewal) =>
      set(tenant, device, {
        renewal_key_hash: renewal?.keyHash ?? null,
        renewal_asked_at_ms: renewal?.askedAtMs ?? null,
        renewal_approved_at_ms: renewal?.approvedAtMs ?? null,
      }),
    async endSessions(devices, atMs) {
      for (const some of batches(devices))
        await db
          .insertInto('device_standing')
          .values(some.map(({ tenant, device }) => ({ ...NOTHING, tenant, device, ended_at_ms: atMs })))
          .onConflict((conflict) => conflict.columns(['tenant', 'device']).doUpdateSet({ ended_at_ms: atMs }))
          .execute();
    },
    async ended(sinceMs, limit, after) {
      return await db
        .selectFrom('device_standing')
        .where('ended_at_ms', '>=', sinceMs)
        .$if(after !== undefined, (query) =>
          query.where((is) =>
            is.or([
              is('tenant', '>', after?.tenant ?? ''),
              is.and([is('tenant', '=', after?.tenant ?? ''), is('device', '>', after?.device ?? '')]),
            ]),
          ),
        )
        .orderBy('tenant')
        .orderBy('device')
        .select(['tenant', 'device'])
        .limit(limit)
        .execute();
    },
  };
}

const NOTHING: Omit<Row, 'tenant' | 'device'> = {
  boot: null,
  former_boots_json: '[]',
  quarantined_at_ms: null,
  ended_at_ms: null,
  renewal_key_hash: null,
  renewal_asked_at_ms: null,
  renewal_approved_at_ms: null,
};

function read(row: Selectable<Row>): DeviceStanding {
  const { renewal_key_hash: keyHash, renewal_asked_at_ms: askedAtMs } = row;
  return {
    device: row.device,
    boot: row.boot,
    formerBoots: JSON.parse(row.former_boots_json) as string[],
    quarantinedAtMs: row.quarantined_at_ms,
    renewal:
      keyHash === null || askedAtMs === null ? null : { keyHash, askedAtMs, approvedAtMs: row.renewal_approved_at_ms },
  };
}
