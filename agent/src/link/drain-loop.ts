import type { Ack } from '@wherry/protocol';
import type { Logger } from '../logs/logger.ts';
import { step } from './drain.ts';
import { type DrainEvent, type DrainState, IDLE_DRAIN } from './drain-state.ts';
import { cutIntoBatches } from './messages.ts';
import type { Outbox, OutboxBody, OutboxRow } from './port.ts';
import type { LinkTuning } from './tuning.ts';

/** Runs the drain: reads the outbox for it, carries out its effects, and wakes it in time. */
export interface DrainLoop {
  up(holdMs: number): void;
  down(): void;
  acknowledged(ack: Ack): void;
  stop(): void;
}

export interface DrainLoopOptions {
  readonly outbox: Outbox;
  readonly tuning: LinkTuning;
  readonly send: (rows: readonly OutboxRow[]) => void;
  readonly monotonicMs: () => number;
  readonly log: Logger;
}

/** Rows read at once; a window of messages is rarely more, and what is read and not sent is read again. */
const ROWS_AT_ONCE = 128;

export function createDrainLoop({ outbox, tuning, send, monotonicMs, log }: DrainLoopOptions): DrainLoop {
  let state: DrainState = IDLE_DRAIN;
  let timer: NodeJS.Timeout | undefined;
  let wakeAtMs = Number.POSITIVE_INFINITY;

  function wake(atMs: number): void {
    clearTimeout(timer);
    wakeAtMs = atMs;
    timer = setTimeout(pump, Math.max(0, atMs - monotonicMs()));
  }

  function pump(): void {
    wakeAtMs = Number.POSITIVE_INFINITY;
    const hasRoom = state.isUp && state.inFlight.length < tuning.windowMessages;
    const rows = hasRoom ? outbox.peek(ROWS_AT_ONCE, state.position ?? undefined) : [];
    feed({ kind: 'pump', atMs: monotonicMs(), batches: cutIntoBatches(rows) });
  }

  function feed(event: DrainEvent): void {
    const next = step(state, event, tuning);
    state = next.state;
    for (const effect of next.effects) {
      if (effect.kind === 'send') send(effect.rows);
      else if (effect.kind === 'explain') {
        const { kind: _, ...what } = effect;
        log.error(what, 'the control plane will not get some reports: it was told so');
        send([gapRow(effect.boot, effect.firstSeq, effect.seq)]);
      } else if (effect.kind === 'acknowledge') outbox.acknowledge(effect.boot, effect.upTo);
      else wake(effect.atMs);
    }
  }

  const stopListening = outbox.onAppend(() => {
    const atMs = monotonicMs() + tuning.lingerMs;
    // An earlier wish stands: it will see this row as well.
    if (state.isUp && atMs < wakeAtMs) wake(atMs);
  });

  return {
    up: (holdMs) => feed({ kind: 'up', atMs: monotonicMs(), holdMs }),
    down: () => feed({ kind: 'down' }),
    acknowledged: ({ boot, upTo, refused }) => feed({ kind: 'ack', boot, upTo, ...(refused ? { refused } : {}) }),
    stop() {
      stopListening();
      feed({ kind: 'down' });
      clearTimeout(timer);
    },
  };
}

function gapRow(boot: string, firstSeq: number, seq: number): OutboxRow {
  const entry: OutboxBody = {
    kind: 'report',
    body: { type: 'dropped', count: seq - firstSeq + 1, what: 'event' },
  };
  return { boot, seq, firstSeq, atMs: Date.now(), entry };
}
