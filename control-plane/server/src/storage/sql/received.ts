import type { Kysely } from 'kysely';
import type { ReceivedRepository, ReceivedRun } from '../port/received.ts';
import type { Tables } from './tables.ts';

/**
 * One row for each start of a device says how far its numbers are contiguous; runs above the first gap have rows of their own
 * (unique by device, boot and last number) until the gap closes.
 */
export function receivedRepository(db: Kysely<Tables>): ReceivedRepository {
  return {
    async note(tenant, runs, atMs, maxAhead) {
      const results: ('new' | 'repeated' | 'refused')[] = new Array(runs.length).fill('repeated');
      for (const [, indexes] of byBoot(runs)) {
        const first = runs[indexes[0] ?? 0] as ReceivedRun;
        const boot = await openBoot(db, tenant, first, atMs);
        const state = { upTo: boot.upTo, ahead: new Map(boot.ahead) };
        for (const index of indexes) results[index] = noteOne(state, runs[index] as ReceivedRun, maxAhead);
        await saveBoot(db, tenant, first, boot, state, atMs);
      }
      return results;
    },
    async contiguous(tenant, boots) {
      const found: { device: string; boot: string; upTo: number }[] = [];
      for (const { device, boot } of boots) {
        const row = await whereBoot(db, tenant, device, boot).select('up_to').executeTakeFirst();
        found.push({ device, boot, upTo: row?.up_to ?? 0 });
      }
      return found;
    },
    async prune(beforeMs) {
      const old = db.selectFrom('received_boot').where('heard_at_ms', '<', beforeMs).select('boot');
      await db.deleteFrom('received_run').where('boot', 'in', old).execute();
      const result = await db.deleteFrom('received_boot').where('heard_at_ms', '<', beforeMs).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

interface BootState {
  upTo: number;
  /** Last number → first number of each run above the gap. */
  ahead: Map<number, number>;
}

function noteOne(state: BootState, run: ReceivedRun, maxAhead: number): 'new' | 'repeated' | 'refused' {
  if (run.seq <= state.upTo || state.ahead.has(run.seq)) return 'repeated';
  if (run.firstSeq > state.upTo + 1) {
    if (state.ahead.size >= maxAhead) return 'refused';
    state.ahead.set(run.seq, run.firstSeq);
    return 'new';
  }
  state.upTo = run.seq;
  closeGaps(state);
  return 'new';
}

function closeGaps(state: BootState): void {
  for (const [seq, firstSeq] of [...state.ahead].sort(([a], [b]) => a - b)) {
    if (firstSeq > state.upTo + 1) return;
    state.upTo = Math.max(state.upTo, seq);
    state.ahead.delete(seq);
  }
}

function byBoot(runs: readonly ReceivedRun[]): Map<string, number[]> {
  const grouped = new Map<string, number[]>();
  for (const [index, run] of runs.entries()) {
    const key = `${run.device} ${run.boot}`;
    const indexes = grouped.get(key);
    if (indexes) indexes.push(index);
    else grouped.set(key, [index]);
  }
  return grouped;
}

function whereBoot(db: Kysely<Tables>, tenant: string, device: string, boot: string) {
  return db
    .selectFrom('received_boot')
    .where('tenant', '=', tenant)
    .where('device', '=', device)
    .where('boot', '=', boot);
}

async function openBoot(db: Kysely<Tables>, tenant: string, run: ReceivedRun, atMs: number): Promise<BootState> {
  const { device, boot } = run;
  const row = await whereBoot(db, tenant, device, boot).select('up_to').executeTakeFirst();
  if (!row) {
    await db
      .insertInto('received_boot')
      .values({ tenant, device, boot, up_to: 0, heard_at_ms: atMs })
      .onConflict((conflict) => conflict.columns(['tenant', 'device', 'boot']).doNothing())
      .execute();
    return { upTo: 0, ahead: new Map() };
  }
  const runs = await db
    .selectFrom('received_run')
    .where('tenant', '=', tenant)
    .where('device', '=', device)
    .where('boot', '=', boot)
    .select(['seq', 'first_seq'])
    .execute();
  return { upTo: row.up_to, ahead: new Map(runs.map((one) => [one.seq, one.first_seq])) };
}

async function saveBoot(
  db: Kysely<Tables>,
  tenant: string,
  { device, boot }: ReceivedRun,
  before: BootState,
  after: BootState,
  atMs: number,
): Promise<void> {
  await db
    .updateTable('received_boot')
    .set({ up_to: after.upTo, heard_at_ms: atMs })
    .where('tenant', '=', tenant)
    .where('device', '=', device)
    .where('boot', '=', boot)
    .execute();
  if (after.upTo > before.upTo)
    await db
      .deleteFrom('received_run')
      .where('tenant', '=', tenant)
      .where('device', '=', device)
      .where('boot', '=', boot)
      .where('seq', '<=', after.upTo)
      .execute();
  for (const [seq, firstSeq] of after.ahead)
    if (!before.ahead.has(seq))
      await db
        .insertInto('received_run')
        .values({ tenant, device, boot, seq, first_seq: firstSeq })
        .onConflict((conflict) => conflict.columns(['tenant', 'device', 'boot', 'seq']).doNothing())
        .execute();
}
