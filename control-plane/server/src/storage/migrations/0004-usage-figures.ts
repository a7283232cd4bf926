import type { Kysely } from 'kysely';

/** The newest sample of a workload with all that is shown of it: limits by name, durations, bytes, where its figures come from. */
export async function usageFigures(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('usage_latest').addColumn('figures_json', 'text').execute();
}
