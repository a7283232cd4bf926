import type { AppName, Digest, KeyId } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { SealedBrief, SecretRecord, SecretRepository } from '../port/secrets.ts';
import { batches } from './batches.ts';
import type { Dialect } from './dialect.ts';
import type { Tables } from './tables.ts';

export function secretRepository(db: Kysely<Tables>, dialect: Dialect): SecretRepository {
  return {
    async find(tenant, app, name) {
      const row = await db
        .selectFrom('secret')
        .where('tenant', '=', tenant)
        .where('app', '=', app)
        .where('name', '=', name)
        .selectAll()
        .executeTakeFirst();
      return row ? secretOf(row) : null;
    },
    async list(tenant, app) {
      const rows = await db
        .selectFrom('secret')
        .where('tenant', '=', tenant)
        .where('is_removed', '=', 0)
        .$if(app !== undefined, (query) => query.where('app', '=', app ?? ''))
        .selectAll()
        .orderBy('app')
        .orderBy('name')
        .execute();
      return rows.map(secretOf);
    },
    async save(tenant, { app, name, version, selector, setBy, setAtMs, isRemoved }) {
      const row = { version, selector, set_by: setBy, set_at_ms: setAtMs, is_removed: isRemoved ? 1 : 0 };
      await db
        .insertInto('secret')
        .values({ tenant, app, name, ...row })
        .onConflict((conflict) => conflict.columns(['tenant', 'app', 'name']).doUpdateSet(row))
        .execute();
    },
    async seal(tenant, records) {
      for (const some of batches(records))
        await db
          .insertInto('sealed_secret')
          .values(
            some.map(({ device, app, name, version, digest, sealed, atMs }) => ({
              ...{ tenant, device, app, name, version, digest },
              key_id: sealed.key,
              sealed_json: JSON.stringify(sealed),
              at_ms: atMs,
            })),
          )
          .onConflict((conflict) =>
            conflict.columns(['tenant', 'device', 'app', 'name']).doUpdateSet((set) => ({
              version: set.ref('excluded.version'),
              key_id: set.ref('excluded.key_id'),
              digest: set.ref('excluded.digest'),
              sealed_json: set.ref('excluded.sealed_json'),
              at_ms: set.ref('excluded.at_ms'),
            })),
          )
          .execute();
    },
    async holders(tenant, app, name) {
      const rows = await briefs(db, tenant).where('app', '=', app).where('name', '=', name).execute();
      return rows.map(briefOf);
    },
    async ofDevices(tenant, devices) {
      const found: SealedBrief[] = [];
      for (const names of batches(devices)) {
        const rows = await briefs(db, tenant)
          .where('device', 'in', dialect.texts(names))
          .orderBy('app')
          .orderBy('name')
          .execute();
        found.push(...rows.map(briefOf));
      }
      return found;
    },
    async sealed(tenant, device, digest) {
      const row = await db
        .selectFrom('sealed_secret')
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .where('digest', '=', digest)
        .select('sealed_json')
        .executeTakeFirst();
      return row ? JSON.parse(row.sealed_json) : null;
    },
    async keep(tenant, app, name, version, sealed) {
      for (const one of sealed) {
        const row = { version, sealed_json: JSON.stringify(one) };
        await db
          .insertInto('secret_custody')
          .values({ tenant, app, name, key_id: one.key, ...row })
          .onConflict((conflict) => conflict.columns(['tenant', 'app', 'name', 'key_id']).doUpdateSet(row))
          .execute();
      }
    },
    async custody(tenant, app, name, key) {
      const row = await db
        .selectFrom('secret_custody')
        .where('tenant', '=', tenant)
        .where('app', '=', app)
        .where('name', '=', name)
        .where('key_id', '=', key)
        .selectAll()
        .executeTakeFirst();
      return row ? { version: row.version, sealed: JSON.parse(row.sealed_json) } : null;
    },
    async forget(tenant, app, name) {
      for (const table of ['sealed_secret', 'secret_custody'] as const)
        await db
          .deleteFrom(table)
          .where('tenant', '=', tenant)
          .where('app', '=', app)
          .where('name', '=', name)
          .execute();
    },
  };
}

function briefs(db: Kysely<Tables>, tenant: string) {
  return db
    .selectFrom('sealed_secret')
    .where('tenant', '=', tenant)
    .select(['device', 'app', 'name', 'version', 'digest', 'key_id', 'at_ms']);
}

function secretOf(row: Selectable<Tables['secret']>): SecretRecord {
  const { name, version, selector } = row;
  return {
    app: row.app as AppName,
    ...{ name, version, selector },
    setBy: row.set_by,
    setAtMs: Number(row.set_at_ms),
    isRemoved: row.is_removed === 1,
  };
}

function briefOf(row: Omit<Selectable<Tables['sealed_secret']>, 'tenant' | 'sealed_json'>): SealedBrief {
  const { device, name, version } = row;
  return {
    ...{ device, name, version },
    app: row.app as AppName,
    digest: row.digest as Digest,
    key: row.key_id as KeyId,
    atMs: Number(row.at_ms),
  };
}
