import type { Kysely } from 'kysely';
import type { ReceivedRepository, ReceivedRun } from '../port/received.ts';
import { batches } from './batches.ts';
import type { Dialect } from './dialect.ts';
import type { Tables } from './tables.ts';

/**
 * One row for each start of a device says how far its numbers are contiguous; runs above the first gap have rows of their own
 * (unique by device, boot and last number) until the gap closes. A batch of messages is a few statements, however many devices.
 */
export function receivedRepository(db: Kysely<Tables>, dialect: Dialect): ReceivedRepository {
  return {
    async note(tenant, runs, atMs, maxAhead) {
      const results: ('new' | 'repeated' | 'refused')[] = new Array(runs.length).fill('repeated');
      const grouped = [...byBoot(runs).values()];
      for (const some of batches(grouped)) {
        const states = await openBoots(
          db,
          dialect,
          tenant,
          some.map((indexes) => runs[indexes[0] ?? 0] as ReceivedRun),
        );
        for (const [at, indexes] of some.entries()) {
          const state = states[at] as BootState;
          for (const index of indexes) results[index] = noteOne(state, runs[index] as ReceivedRun, maxAhead);
        }
        await saveBoots(db, dialect, tenant, states, atMs);
      }
      return results;
    },
    async contiguous(tenant, boots) {
      const found: { device: string; boot: string; upTo: number }[] = [];
      for (const some of batches(boots)) {
        const rows = await bootRows(db, dialect, tenant, some);
        for (const { device, boot } of some)
          found.push({ device, boot, upTo: rows.get(keyOf({ device, boot }))?.up_to ?? 0 });
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

type Boot = Pick<ReceivedRun, 'device' | 'boot'>;

interface BootState extends Boot {
  upTo: number;
  /** Null: this start of the device was not heard before. */
  readonly ordinal: number | null;
  /** Last number → first number of each run above the gap. */
  readonly ahead: Map<number, number>;
  readonly before: { readonly upTo: number; readonly ahead: ReadonlyMap<number, number> };
}

function keyOf({ device, boot }: Boot): string {
  return `${device} ${boot}`;
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
    const key = keyOf(run);
    const indexes = grouped.get(key);
    if (indexes) indexes.push(index);
    else grouped.set(key, [index]);
  }
  return grouped;
}

async function bootRows(db: Kysely<Tables>, dialect: Dialect, tenant: string, boots: readonly Boot[]) {
  const rows = await db
    .selectFrom('received_boot')
    .where('tenant', '=', tenant)
    .where('device', 'in', dialect.texts([...new Set(boots.map(({ device }) => device))]))
    .where('boot', 'in', dialect.texts([...new Set(boots.map(({ boot }) => boot))]))
    .select(['device', 'boot', 'up_to', 'ordinal'])
    .execute();
  return new Map(rows.map((row) => [keyOf(row), row]));
}

async function openBoots(
  db: Kysely<Tables>,
  dialect: Dialect,
  tenant: string,
  boots: readonly Boot[],
): Promise<BootState[]> {
  const rows = await bootRows(db, dialect, tenant, boots);
  const known = boots.filter((boot) => rows.has(keyOf(boot)));
  const aheadOf = new Map<string, Map<number, number>>();
  if (known.length > 0) {
    const runs = await db
      .selectFrom('received_run')
      .where('tenant', '=', tenant)
      .where('device', 'in', dialect.texts([...new Set(known.map(({ device }) => device))]))
      .where('boot', 'in', dialect.texts([...new Set(known.map(({ boot }) => boot))]))
      .select(['device', 'boot', 'seq', 'first_seq'])
      .execute();
    for (const run of runs) {
      const ahead = aheadOf.get(keyOf(run)) ?? new Map<number, number>();
      aheadOf.set(keyOf(run), ahead.set(run.seq, run.first_seq));
    }
  }
  return boots.map(({ device, boot }): BootState => {
    const row = rows.get(keyOf({ device, boot }));
    const upTo = row?.up_to ?? 0;
    const ahead = aheadOf.get(keyOf({ device, boot })) ?? new Map<number, number>();
    return { device, boot, upTo, ordinal: row?.ordinal ?? null, ahead: new Map(ahead), before: { upTo, ahead } };
  });
}

async function saveBoots(
  db: Kysely<Tables>,
  dialect: Dialect,
  tenant: string,
  states: readonly BootState[],
  atMs: number,
) {
  if (states.length === 0) return;
  const ordinals = await newOrdinals(db, dialect, tenant, states, atMs);
  await db
    .insertInto('received_boot')
    .values(
      states.map(({ device, boot, upTo, ordinal }) => {
        const known = ordinal ?? ordinals.get(keyOf({ device, boot })) ?? atMs;
        return { tenant, device, boot, up_to: upTo, heard_at_ms: atMs, ordinal: known };
      }),
    )
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'device', 'boot']).doUpdateSet((set) => ({
        up_to: set.ref('excluded.up_to'),
        heard_at_ms: set.ref('excluded.heard_at_ms'),
      })),
    )
    .execute();
  // Runs above a gap are rare: most batches end here.
  for (const { device, boot, upTo, before } of states)
    if (upTo > before.upTo && before.ahead.size > 0)
      await db
        .deleteFrom('received_run')
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .where('boot', '=', boot)
        .where('seq', '<=', upTo)
        .execute();
  const added = states.flatMap(({ device, boot, ahead, before }) =>
    [...ahead]
      .filter(([seq]) => !before.ahead.has(seq))
      .map(([seq, firstSeq]) => ({ tenant, device, boot, seq, first_seq: firstSeq })),
  );
  for (const some of batches(added))
    await db
      .insertInto('received_run')
      .values([...some])
      .onConflict((conflict) => conflict.columns(['tenant', 'device', 'boot', 'seq']).doNothing())
      .execute();
}

/** Starts heard for the first time, in the order in which they came: above all that is known of the device, and never below the time. */
async function newOrdinals(
  db: Kysely<Tables>,
  dialect: Dialect,
  tenant: string,
  states: readonly BootState[],
  atMs: number,
) {
  const found = new Map<string, number>();
  const fresh = states.filter(({ ordinal }) => ordinal === null);
  if (fresh.length === 0) return found;
  const rows = await db
    .selectFrom('received_boot')
    .where('tenant', '=', tenant)
    .where('device', 'in', dialect.texts([...new Set(fresh.map(({ device }) => device))]))
    .groupBy('device')
    .select((select) => ['device', select.fn.max('ordinal').as('highest')])
    .execute();
  const highest = new Map(rows.map((row) => [row.device, Number(row.highest)]));
  for (const { device, boot } of fresh) {
    const ordinal = Math.max(atMs, (highest.get(device) ?? 0) + 1);
    highest.set(device, ordinal);
    found.set(keyOf({ device, boot }), ordinal);
  }
  return found;
}
