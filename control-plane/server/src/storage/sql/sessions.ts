import type { Role, Session } from '@wherry/protocol';
import type { Kysely } from 'kysely';
import type { HeldSession, SessionHolder, SessionRepository } from '../port/sessions.ts';
import { readScopes } from './operators.ts';
import { type SignInCodeQueries, signInCodes } from './sign-in-codes.ts';
import type { Tables } from './tables.ts';

const TRIMMED_AT_ONCE = 100;

export function sessionRepository(db: Kysely<Tables>): SessionRepository {
  const codes: SignInCodeQueries = signInCodes(db);
  return {
    ...codes,
    async add({ holder, ...record }) {
      await db
        .insertInto('operator_session')
        .values({
          secret_hash: record.secretHash,
          tenant: record.tenant,
          kind: record.kind,
          user_name: 'user' in holder ? holder.user : null,
          operator_id: 'user' in holder ? null : holder.operatorId,
          created_at_ms: record.createdAtMs,
          seen_at_ms: record.seenAtMs,
          expires_at_ms: record.expiresAtMs,
        })
        .execute();
    },
    async find(secretHash) {
      const row = await heldSessions(db).where('session.secret_hash', '=', secretHash).executeTakeFirst();
      return row ? read(row) : null;
    },
    async seen(secretHash, atMs) {
      const query = db.updateTable('operator_session').where('secret_hash', '=', secretHash);
      await query.set({ seen_at_ms: atMs }).execute();
    },
    async remove(secretHash) {
      const query = db.deleteFrom('operator_session').where('secret_hash', '=', secretHash);
      return Number((await query.executeTakeFirst()).numDeletedRows) === 1;
    },
    async removeOf(tenant, holder) {
      const [column, value] = columnOf(holder);
      const query = db.deleteFrom('operator_session').where('tenant', '=', tenant).where(column, '=', value);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
    async trim(tenant, holder, keep) {
      const [column, value] = columnOf(holder);
      const held = db.selectFrom('operator_session').where('tenant', '=', tenant).where(column, '=', value);
      const rows = await held
        .select('secret_hash')
        .orderBy('created_at_ms', 'desc')
        .limit(keep + TRIMMED_AT_ONCE)
        .execute();
      const beyond = rows.slice(keep).map(({ secret_hash }) => secret_hash);
      if (beyond.length === 0) return 0;
      const query = db.deleteFrom('operator_session').where('secret_hash', 'in', beyond);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
    async countByUser(tenant) {
      const rows = await db
        .selectFrom('operator_session')
        .where('tenant', '=', tenant)
        .where('user_name', 'is not', null)
        .select(({ fn }) => ['user_name', fn.countAll<number>().as('count')])
        .groupBy('user_name')
        .execute();
      return new Map(rows.map(({ user_name, count }) => [user_name ?? '', Number(count)]));
    },
    async prune(nowMs, seenBeforeMs) {
      const ended = db
        .deleteFrom('operator_session')
        .where(({ eb, or }) => or([eb('expires_at_ms', '<=', nowMs), eb('seen_at_ms', '<=', seenBeforeMs)]));
      return Number((await ended.executeTakeFirst()).numDeletedRows) + (await codes.pruneCodes(nowMs));
    },
  };
}

function columnOf(holder: SessionHolder) {
  return 'user' in holder ? (['user_name', holder.user] as const) : (['operator_id', holder.operatorId] as const);
}

function heldSessions(db: Kysely<Tables>) {
  return db
    .selectFrom('operator_session as session')
    .leftJoin('user_account as user', (join) =>
      join.onRef('user.tenant', '=', 'session.tenant').onRef('user.name', '=', 'session.user_name'),
    )
    .leftJoin('operator as token', (join) =>
      join.onRef('token.tenant', '=', 'session.tenant').onRef('token.id', '=', 'session.operator_id'),
    )
    .selectAll('session')
    .select([
      'user.role as user_role',
      'token.name as token_name',
      'token.role as token_role',
      'token.scopes_json as token_scopes',
      'token.expires_at_ms as token_expires_at_ms',
    ]);
}

type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof heldSessions>['executeTakeFirst']>>>;

function read(row: Row): HeldSession | null {
  const user = row.user_name !== null && row.user_role !== null ? userOf(row.user_name, row.user_role) : null;
  const operator = row.operator_id !== null && row.token_role !== null ? operatorOf(row.operator_id, row) : null;
  if (!user && !operator) return null;
  const holder: SessionHolder = user ? { user: user.name } : { operatorId: row.operator_id ?? '' };
  return {
    session: {
      secretHash: row.secret_hash,
      tenant: row.tenant,
      kind: row.kind as Session['kind'],
      holder,
      createdAtMs: row.created_at_ms,
      seenAtMs: row.seen_at_ms,
      expiresAtMs: row.expires_at_ms,
    },
    user,
    operator,
  };
}

function userOf(name: string, role: string): HeldSession['user'] {
  return { name, role: role as Role };
}

function operatorOf(id: string, row: Row): HeldSession['operator'] {
  return {
    id,
    name: row.token_name ?? '',
    role: row.token_role as Role,
    scopes: readScopes(row.token_scopes),
    expiresAtMs: row.token_expires_at_ms,
  };
}
