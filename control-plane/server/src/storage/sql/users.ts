import type { Role, User } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { UserRecord, UserRepository } from '../port/users.ts';
import type { Tables } from './tables.ts';

export function userRepository(db: Kysely<Tables>): UserRepository {
  const one = (tenant: string, name: string) =>
    db.updateTable('user_account').where('tenant', '=', tenant).where('name', '=', name);
  return {
    async add(record) {
      const result = await db
        .insertInto('user_account')
        .values({
          tenant: record.tenant,
          name: record.name,
          role: record.role,
          source: record.source,
          subject: record.subject,
          password_hash: record.passwordHash,
          created_at_ms: record.createdAtMs,
          signed_in_at_ms: record.signedInAtMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return Number(result.numInsertedOrUpdatedRows) === 1;
    },
    async find(tenant, name) {
      const query = db.selectFrom('user_account').where('tenant', '=', tenant).where('name', '=', name);
      const row = await query.selectAll().executeTakeFirst();
      return row ? read(row) : null;
    },
    async findBySubject(tenant, subject) {
      const query = db.selectFrom('user_account').where('tenant', '=', tenant).where('subject', '=', subject);
      const row = await query.selectAll().executeTakeFirst();
      return row ? read(row) : null;
    },
    async list(tenant) {
      const query = db.selectFrom('user_account').where('tenant', '=', tenant);
      return (await query.selectAll().orderBy('name').execute()).map(read);
    },
    async hasAny() {
      return (await db.selectFrom('user_account').select('name').limit(1).executeTakeFirst()) !== undefined;
    },
    async setRole(tenant, name, role) {
      return Number((await one(tenant, name).set({ role }).executeTakeFirst()).numUpdatedRows) === 1;
    },
    async setPasswordHash(tenant, name, passwordHash) {
      const result = await one(tenant, name).set({ password_hash: passwordHash }).executeTakeFirst();
      return Number(result.numUpdatedRows) === 1;
    },
    async signedIn(tenant, name, atMs) {
      await one(tenant, name).set({ signed_in_at_ms: atMs }).execute();
    },
    async remove(tenant, name) {
      const query = db.deleteFrom('user_account').where('tenant', '=', tenant).where('name', '=', name);
      return Number((await query.executeTakeFirst()).numDeletedRows) === 1;
    },
  };
}

function read(row: Selectable<Tables['user_account']>): UserRecord {
  return {
    tenant: row.tenant,
    name: row.name,
    role: row.role as Role,
    source: row.source as User['source'],
    subject: row.subject,
    passwordHash: row.password_hash,
    createdAtMs: row.created_at_ms,
    signedInAtMs: row.signed_in_at_ms,
  };
}
