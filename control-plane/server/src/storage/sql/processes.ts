import type { Kysely } from 'kysely';
import type { ProcessRepository } from '../port/processes.ts';
import type { Tables } from './tables.ts';

export function processRepository(db: Kysely<Tables>): ProcessRepository {
  return {
    async beat(id, atMs) {
      await db
        .insertInto('server_process')
        .values({ id, heard_at_ms: atMs })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ heard_at_ms: atMs }))
        .execute();
    },
    async others(id, heardSinceMs) {
      const row = await db
        .selectFrom('server_process')
        .where('id', '!=', id)
        .where('heard_at_ms', '>=', heardSinceMs)
        .select((select) => select.fn.countAll<number>().as('count'))
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async end(heardBeforeMs, ids, atMs) {
      await db
        .deleteFrom('server_process')
        .where((where) => where.or([where('heard_at_ms', '<', heardBeforeMs), where('id', 'in', ['', ...ids])]))
        .execute();
      const living = db.selectFrom('server_process').select('id');
      const result = await db
        .updateTable('device')
        .set({ is_online: 0, held_by: null, offline_since_ms: atMs })
        .where('is_online', '=', 1)
        .where((where) => where.or([where('held_by', 'is', null), where('held_by', 'not in', living)]))
        .executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
  };
}
