import { type Envelope, fromBase64 } from '@wherry/protocol';
import type { Kysely } from 'kysely';

/**
 * Releases are signed by the repository's roles: what is kept of one is the bytes that its digest is of. Those that are here stay, and
 * wait for a role to name them ("wherry trust vouch").
 */
export async function releasesWithoutEnvelopes(db: Kysely<unknown>): Promise<void> {
  const releases = db as Kysely<{
    release: { tenant: string; digest: string; content: string; signed_by_json: string };
  }>;
  await db.schema.alterTable('release').renameColumn('envelope_json', 'content').execute();
  for (const { tenant, digest, content } of await releases.selectFrom('release').selectAll().execute()) {
    const { payload } = JSON.parse(content) as Envelope;
    await releases
      .updateTable('release')
      .set({ content: new TextDecoder().decode(fromBase64(payload)), signed_by_json: '[]' })
      .where('tenant', '=', tenant)
      .where('digest', '=', digest)
      .execute();
  }
  await db.schema.dropTable('publisher_key').execute();
}
