import type { AppName, Digest, TenantId, Version } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import { decodeCursor } from '../port/cursor.ts';
import type { ReleaseRecord, ReleaseRepository } from '../port/releases.ts';
import { pageOf } from './page.ts';
import type { Tables } from './tables.ts';

export function releaseRepository(db: Kysely<Tables>): ReleaseRepository {
  const of = (tenant: string) => db.selectFrom('release').where('tenant', '=', tenant);
  return {
    async add(record) {
      const result = await db
        .insertInto('release')
        .values(write(record))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return Number(result.numInsertedOrUpdatedRows ?? 0) === 1;
    },
    async find(tenant, app, version) {
      const row = await of(tenant).where('app', '=', app).where('version', '=', version).selectAll().executeTakeFirst();
      return row ? read(row) : null;
    },
    async findByDigest(tenant, digest) {
      const row = await of(tenant).where('digest', '=', digest).selectAll().executeTakeFirst();
      return row ? read(row) : null;
    },
    async newest(tenant, app) {
      const row = await of(tenant)
        .where('app', '=', app)
        .orderBy('release_counter', 'desc')
        .limit(1)
        .selectAll()
        .executeTakeFirst();
      return row ? read(row) : null;
    },
    async list(tenant, { app }, { cursor, limit }) {
      const [atText, digest] = (decodeCursor(cursor) ?? '').split(' ');
      const atMs = Number(atText);
      let query = of(tenant);
      if (app !== undefined) query = query.where('app', '=', app);
      if (digest !== undefined && Number.isSafeInteger(atMs))
        query = query.where((where) =>
          where.or([
            where('published_at_ms', '<', atMs),
            where.and([where('published_at_ms', '=', atMs), where('digest', '<', digest)]),
          ]),
        );
      const rows = await query
        .selectAll()
        .orderBy('published_at_ms', 'desc')
        .orderBy('digest', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf(rows, limit, (row) => `${row.published_at_ms} ${row.digest}`, read);
    },
    async count(tenant) {
      const row = await of(tenant)
        .select((select) => select.fn.countAll<number>().as('count'))
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
  };
}

function write(record: ReleaseRecord): Tables['release'] {
  return {
    tenant: record.tenant,
    digest: record.digest,
    app: record.app,
    version: record.version,
    release_counter: record.releaseCounter,
    published_at_ms: record.publishedAtMs,
    signed_by_json: JSON.stringify(record.signedBy),
    payload_json: JSON.stringify(record.payload),
    content: record.content,
  };
}

function read(row: Selectable<Tables['release']>): ReleaseRecord {
  return {
    tenant: row.tenant as TenantId,
    digest: row.digest as Digest,
    app: row.app as AppName,
    version: row.version as Version,
    releaseCounter: row.release_counter,
    publishedAtMs: row.published_at_ms,
    signedBy: JSON.parse(row.signed_by_json),
    payload: JSON.parse(row.payload_json),
    content: row.content,
  };
}
