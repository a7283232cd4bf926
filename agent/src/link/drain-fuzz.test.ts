import { describe, expect, test } from 'vitest';
import { step } from './drain.ts';
import { type DrainEvent, IDLE_DRAIN } from './drain-state.ts';
import { cutIntoBatches } from './messages.ts';
import type { OutboxRow } from './port.ts';

/**
 * Seeded traces of the drain against a model server over a network that loses, doubles and reorders messages and acknowledgements
 * and breaks sessions. Checked at each step: nothing leaves the outbox unstored, nothing is sent out of turn, window and rate hold.
 */
const policy = { windowMessages: 4, resendAfterMs: 2_000, resendCapMs: 10_000, burstMessages: 8, messagesPerSecond: 4 };
const TICK_MS = 50;
const HEALED_AT_MS = 60_000;

type InTransit =
  | { readonly atMs: number; readonly kind: 'rows'; readonly rows: readonly OutboxRow[] }
  | ({ readonly atMs: number; readonly kind: 'ack' } & Ack);

interface Ack {
  readonly boot: string;
  readonly upTo: number;
  readonly refused?: { readonly firstSeq: number; readonly seq: number };
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Marks the rows that stand for others in these traces. */
const EXPLAINED = -1;

/** Stores by (boot, seq), acknowledges the highest contiguous number, and names the numbers of a message that it does not understand. */
class ModelServer {
  readonly stored = new Map<string, Set<number>>();
  readonly everStored = new Map<string, Set<number>>();
  readonly poison: ReadonlySet<number>;

  constructor(poison: readonly number[]) {
    this.poison = new Set(poison);
  }

  store(rows: readonly OutboxRow[]): Ack {
    const isUnderstood = !rows.some((row) => this.poison.has(row.seq) && row.atMs !== EXPLAINED);
    for (const row of isUnderstood ? rows : []) {
      for (let seq = row.firstSeq; seq <= row.seq; seq += 1)
        for (const set of [this.of(this.stored, row.boot), this.of(this.everStored, row.boot)]) set.add(seq);
    }
    const boot = rows[0]?.boot ?? '';
    let upTo = 0;
    while (this.of(this.stored, boot).has(upTo + 1)) upTo += 1;
    if (isUnderstood) return { boot, upTo };
    return { boot, upTo, refused: { firstSeq: rows[0]?.firstSeq ?? 0, seq: rows.at(-1)?.seq ?? 0 } };
  }

  /** A backup is restored: the newest numbers are gone. */
  forget(boot: string, above: number): void {
    this.stored.set(boot, new Set([...this.of(this.stored, boot)].filter((seq) => seq <= above)));
  }

  of(sets: Map<string, Set<number>>, boot: string): Set<number> {
    const set = sets.get(boot) ?? new Set();
    sets.set(boot, set);
    return set;
  }
}

interface Misfortune {
  readonly forgetsAtMs?: number;
  readonly poison?: readonly number[];
  /** Until the network heals, the broker swallows these numbers and says again what the server once said. */
  readonly swallowed?: readonly number[];
}

function runTrace(seed: number, appendCount: number, { forgetsAtMs, poison = [], swallowed }: Misfortune = {}) {
  const random = randomOf(seed);
  const server = new ModelServer(poison);
  const givenUp: number[] = [];
  let nowMs = 0;
  let state = IDLE_DRAIN;
  let outbox: OutboxRow[] = [];
  let transit: InTransit[] = [];
  let wakeAtMs = Number.POSITIVE_INFINITY;
  const sendTimesMs: number[] = [];
  const nextSeq = new Map<string, number>();
  const isLossy = () => nowMs < HEALED_AT_MS;

  const append = (boot: string) => {
    const seq = nextSeq.get(boot) ?? 1;
    nextSeq.set(boot, seq + 1);
    const body = { type: 'event', severity: 'info', name: 'tick', message: '' } as const;
    const sample = { fromMs: 0, toMs: 1, workloads: [] };
    const entry = random() < 0.7 ? ({ kind: 'report', body } as const) : ({ kind: 'usage', sample } as const);
    outbox.push({ boot, seq, firstSeq: seq, atMs: 0, entry });
  };

  const said: Extract<InTransit, { kind: 'ack' }>[] = [];
  const carry = (message: InTransit) => {
    if (message.kind === 'ack') said.push(message);
    if (message.kind === 'rows' && isLossy() && message.rows.some(({ seq }) => swallowed?.includes(seq))) return;
    const copies = !isLossy() ? 1 : random() < 0.25 ? 0 : random() < 0.2 ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      transit.push({ ...message, atMs: nowMs + 10 + Math.floor(random() * (isLossy() ? 3_000 : 50)) });
  };

  const after = (position: { boot: string; seq: number } | null) =>
    position ? outbox.findIndex((row) => row.boot === position.boot && row.seq === position.seq) + 1 : 0;

  function feed(event: DrainEvent): void {
    let { position } = state;
    const next = step(state, event, policy);
    state = next.state;
    for (const effect of next.effects) {
      if (effect.kind === 'wake') wakeAtMs = effect.atMs;
      else if (effect.kind === 'acknowledge') {
        const leaves = (row: OutboxRow) => row.boot === effect.boot && row.seq <= effect.upTo;
        const lost = outbox.filter((row) => leaves(row) && !server.of(server.everStored, row.boot).has(row.seq));
        if (lost.length > 0) throw new Error(`left the outbox unstored: ${lost.map((row) => row.seq)}`);
        outbox = outbox.filter((row) => !leaves(row));
      } else if (effect.kind === 'send') {
        const start = after(position);
        if (effect.rows.some((row, at) => row !== outbox[start + at])) throw new Error('sent out of turn');
        position = effect.rows.at(-1) ?? position;
        sendTimesMs.push(nowMs);
        carry({ kind: 'rows', atMs: 0, rows: effect.rows });
      } else {
        const { boot, firstSeq, seq } = effect;
        for (let one = firstSeq; one <= seq; one += 1) {
          if (effect.why === 'refused') givenUp.push(one);
          else if (!server.of(server.everStored, boot).has(one)) throw new Error(`explained ${one}, never stored`);
        }
        const body = { type: 'dropped', count: seq - firstSeq + 1, what: 'event' } as const;
        carry({
          kind: 'rows',
          atMs: 0,
          rows: [{ boot, seq, firstSeq, atMs: EXPLAINED, entry: { kind: 'report', body } }],
        });
      }
    }
    if (state.inFlight.length > policy.windowMessages) throw new Error('the window is exceeded');
  }

  function deliver(): void {
    const due = transit.filter((message) => message.atMs <= nowMs).sort((a, b) => a.atMs - b.atMs);
    transit = transit.filter((message) => message.atMs > nowMs);
    for (const message of due) {
      if (message.kind === 'ack') {
        feed(message);
        continue;
      }
      carry({ kind: 'ack', atMs: 0, ...server.store(message.rows) });
    }
  }

  for (let row = 0; row < appendCount / 4; row += 1) append('old');
  let appended = 0;
  while (nowMs < 1_800_000 && (outbox.length > 0 || appended < appendCount)) {
    nowMs += TICK_MS;
    const chance = random();
    if (!state.isUp && (!isLossy() || chance < 0.1))
      feed({ kind: 'up', atMs: nowMs, holdMs: random() < 0.5 ? 0 : Math.floor(random() * 2_000) });
    else if (isLossy() && chance < 0.005) feed({ kind: 'down' });
    const repeated = said[Math.floor(random() * said.length)];
    if (swallowed !== undefined && isLossy() && repeated !== undefined && chance < 0.2) feed(repeated);
    if (nowMs === forgetsAtMs) server.forget('new', 10);
    if (appended < appendCount && random() < 0.3) {
      append('new');
      appended += 1;
      if (state.isUp) wakeAtMs = Math.min(wakeAtMs, nowMs);
    }
    deliver();
    if (wakeAtMs > nowMs) continue;
    wakeAtMs = Number.POSITIVE_INFINITY;
    const start = after(state.position);
    feed({ kind: 'pump', atMs: nowMs, batches: cutIntoBatches(outbox.slice(start, start + 100), () => 200) });
  }
  return { outbox, server, sendTimesMs, givenUp };
}

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('lost, doubled and reordered messages and acknowledgements', () => {
  test.each(SEEDS)('seed %i: every row is stored, none out of turn, none too fast', (seed) => {
    const { outbox, server, sendTimesMs, givenUp } = runTrace(seed, 300);
    expect(outbox).toEqual([]);
    expect(givenUp).toEqual([]);
    expect(server.stored.get('old')?.size).toBe(75);
    expect(server.stored.get('new')?.size).toBe(300);
    // A full bucket, and one more message each quarter of a second; a tick of slack for the grid of the trace.
    for (const [at, firstMs] of sendTimesMs.entries()) {
      const laterMs = sendTimesMs[at + 16];
      if (laterMs !== undefined) expect(laterMs - firstMs).toBeGreaterThanOrEqual(2_250 - TICK_MS);
    }
  });
});

describe('a server that is put back to an old backup', () => {
  test.each(SEEDS.slice(0, 40))('seed %i: the outbox empties all the same', (seed) => {
    const { outbox, server } = runTrace(seed, 300, { forgetsAtMs: 45_000 });
    expect(outbox).toEqual([]);
    expect(server.everStored.get('new')?.size).toBe(300);
  });
});

describe('a server that does not understand some rows', () => {
  test.each(SEEDS.slice(0, 40))('seed %i: these are given up, and only these', (seed) => {
    const poison = [20, 21, 150];
    const { outbox, givenUp } = runTrace(seed, 300, { poison });
    expect(outbox).toEqual([]);
    for (const seq of givenUp) expect(poison).toContain(seq);
    // Both boots have a row 20 and a row 21.
    expect(new Set(givenUp)).toEqual(new Set(poison));
  });
});

describe('a broker that swallows some rows and repeats what the server said', () => {
  test.each(SEEDS.slice(0, 40))('seed %i: nothing is given up, and all arrives once it is gone', (seed) => {
    const { outbox, server, givenUp } = runTrace(seed, 300, { swallowed: [1, 20, 21, 150], poison: [30] });
    expect(outbox).toEqual([]);
    expect(new Set(givenUp)).toEqual(new Set([30]));
    expect(server.stored.get('new')?.size).toBe(300);
  });
});
