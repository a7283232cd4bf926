import type { Kysely } from 'kysely';
import type { SettingRepository } from '../port/settings.ts';
import type { Tables } from './tables.ts';

export function settingRepository(db: Kysely<Tables>): SettingRepository {
  const get = async (name: string): Promise<string | null> => {
    const row = await db.selectFrom('setting').where('name', '=', name).select('value').executeTakeFirst();
    return row?.value ?? null;
  };
  return {
    get,
    async keep(name, value) {
      await db
        .insertInto('setting')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return (await get(name)) ?? value;
    },
    async put(name, value) {
      await db
        .insertInto('setting')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
