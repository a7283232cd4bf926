import type { Kysely } from 'kysely';
import type { SessionRepository } from '../port/sessions.ts';
import type { Tables } from './tables.ts';

export interface SignInCodeQueries extends Pick<SessionRepository, 'addCode' | 'takeCode'> {
  pruneCodes(nowMs: number): Promise<number>;
}

export function signInCodes(db: Kysely<Tables>): SignInCodeQueries {
  return {
    async addCode(code) {
      await db
        .insertInto('sign_in_code')
        .values({
          code_hash: code.codeHash,
          challenge: code.challenge,
          tenant: code.tenant,
          user_name: code.user,
          expires_at_ms: code.expiresAtMs,
        })
        .execute();
    },
    async takeCode(codeHash) {
      const row = await db
        .deleteFrom('sign_in_code')
        .where('code_hash', '=', codeHash)
        .returningAll()
        .executeTakeFirst();
      if (!row) return null;
      const { challenge, tenant, user_name, expires_at_ms } = row;
      return { codeHash, challenge, tenant, user: user_name, expiresAtMs: expires_at_ms };
    },
    async pruneCodes(nowMs) {
      const query = db.deleteFrom('sign_in_code').where('expires_at_ms', '<=', nowMs);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}
