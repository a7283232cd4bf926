import type { Kysely, Selectable } from 'kysely';
import type { CertificateRecord, CertificateRepository } from '../port/device-certificates.ts';
import { batches } from './batches.ts';
import type { Dialect } from './dialect.ts';
import type { Tables } from './tables.ts';

export function certificateRepository(db: Kysely<Tables>, dialect: Dialect): CertificateRepository {
  const of = (tenant: string) => db.selectFrom('device_certificate').where('tenant', '=', tenant).selectAll();
  return {
    async add(record) {
      await db
        .insertInto('device_certificate')
        .values({
          serial: record.serial,
          tenant: record.tenant,
          device: record.device,
          key_hash: record.keyHash,
          authority: record.authority,
          pem: record.pem,
          issued_at_ms: record.issuedAtMs,
          expires_at_ms: record.expiresAtMs,
          revoked_at_ms: record.revokedAtMs,
        })
        .execute();
    },
    async find(tenant, device, serial) {
      const row = await of(tenant).where('serial', '=', serial).where('device', '=', device).executeTakeFirst();
      return row ? read(row) : null;
    },
    async findByKey(tenant, device, keyHash) {
      const row = await of(tenant)
        .where('device', '=', device)
        .where('key_hash', '=', keyHash)
        .where('revoked_at_ms', 'is', null)
        .orderBy('issued_at_ms', 'desc')
        .executeTakeFirst();
      return row ? read(row) : null;
    },
    async newest(tenant, devices) {
      const found = new Map<string, CertificateRecord>();
      for (const names of batches(devices)) {
        const rows = await of(tenant)
          .where('device', 'in', dialect.texts(names))
          .orderBy('device')
          .orderBy('issued_at_ms')
          .execute();
        for (const row of rows) found.set(row.device, read(row));
      }
      return found;
    },
    async revokeAll(tenant, device, atMs) {
      const result = await db
        .updateTable('device_certificate')
        .set({ revoked_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .where('revoked_at_ms', 'is', null)
        .executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
    async revokeEvery(atMs) {
      const good = db.selectFrom('device_certificate').where('revoked_at_ms', 'is', null);
      const devices = await good.select(['tenant', 'device']).distinct().execute();
      await db
        .updateTable('device_certificate')
        .set({ revoked_at_ms: atMs })
        .where('revoked_at_ms', 'is', null)
        .execute();
      return devices;
    },
    async holders(sinceMs) {
      const rows = await db
        .selectFrom('device_certificate as c')
        .innerJoin('device as d', (join) => join.onRef('d.tenant', '=', 'c.tenant').onRef('d.device', '=', 'c.device'))
        .where('d.removed_at_ms', 'is', null)
        .where('c.revoked_at_ms', 'is', null)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('device_certificate as n')
                .whereRef('n.tenant', '=', 'c.tenant')
                .whereRef('n.device', '=', 'c.device')
                .where('n.revoked_at_ms', 'is', null)
                .whereRef('n.issued_at_ms', '>', 'c.issued_at_ms')
                .select('n.serial'),
            ),
          ),
        )
        .groupBy('c.authority')
        .select(({ fn }) => [
          'c.authority',
          fn.countAll().as('count'),
          fn.countAll().filterWhere(fn.coalesce('d.seen_at_ms', 'd.claimed_at_ms'), '>=', sinceMs).as('heard'),
        ])
        .execute();
      return rows.map(({ authority, count, heard }) => ({
        authority,
        heard: Number(heard),
        silent: Number(count) - Number(heard),
      }));
    },
    async refused(nowMs) {
      const rows = await db
        .selectFrom('device_certificate as c')
        .leftJoin('device_standing as s', (join) =>
          join.onRef('s.tenant', '=', 'c.tenant').onRef('s.device', '=', 'c.device'),
        )
        .where('c.expires_at_ms', '>=', nowMs)
        .where((is) => is.or([is('c.revoked_at_ms', 'is not', null), is('s.quarantined_at_ms', 'is not', null)]))
        .select(['c.serial', 'c.revoked_at_ms', 's.quarantined_at_ms'])
        .orderBy('c.serial')
        .execute();
      return rows.map((row) => ({ serial: row.serial, atMs: Number(row.revoked_at_ms ?? row.quarantined_at_ms) }));
    },
    async prune(expiredBeforeMs, limit) {
      const old = db
        .selectFrom('device_certificate')
        .where('expires_at_ms', '<', expiredBeforeMs)
        .orderBy('expires_at_ms')
        .select('serial')
        .limit(limit);
      const result = await db.deleteFrom('device_certificate').where('serial', 'in', old).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

function read(row: Selectable<Tables['device_certificate']>): CertificateRecord {
  return {
    serial: row.serial,
    tenant: row.tenant,
    device: row.device,
    keyHash: row.key_hash,
    authority: row.authority,
    pem: row.pem,
    issuedAtMs: row.issued_at_ms,
    expiresAtMs: row.expires_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}
