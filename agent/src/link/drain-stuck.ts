import type { DrainEffect, DrainState, Flight } from './drain-state.ts';

/**
 * When the server answers and does not get past a number, waiting longer does not help. Two ways into this:
 *
 * forgotten: the server counts from a number before the oldest row. Those in between were acknowledged once and are gone here; a
 *   restored backup lacks them. They are given up in one message, which lets the server count on.
 * refused: the server takes later rows and not the oldest one (another version's schema, say), and would never count past it. Rows
 *   are then sent one by one, and the one that is still not taken is replaced by a word about it, so that all others arrive.
 *
 * Both need the server's own voice since the last rewind: silence of the server, or of the network, is never taken for a refusal.
 */
export interface TimeoutVerdict {
  readonly effects: readonly DrainEffect[];
  readonly refusals: number;
  readonly isCareful: boolean;
}

const REFUSALS_UNTIL_CAREFUL = 5;
const REFUSALS_UNTIL_REPLACED = 5;

export function judgeTimeout(state: DrainState, oldest: Flight): TimeoutVerdict {
  const { heard, refusals, isCareful } = state;
  const asBefore = { effects: [], refusals, isCareful };
  if (heard?.boot !== oldest.boot || heard.upTo >= oldest.firstSeq) return asBefore;
  const { boot, firstSeq } = oldest;
  if (heard.upTo + 1 < firstSeq) {
    // Not at the first time-out: an acknowledgement that was late from before looks the same once, and not twice.
    if (state.rewinds === 0) return asBefore;
    const gap = { boot, firstSeq: heard.upTo + 1, seq: firstSeq - 1 };
    return { ...asBefore, effects: [{ kind: 'explain', ...gap, why: 'forgotten' }] };
  }
  const count = refusals + 1;
  if (!isCareful && count >= REFUSALS_UNTIL_CAREFUL) return { effects: [], refusals: 0, isCareful: true };
  // Careful drains send single rows: the oldest message is the one row that is not taken.
  if (isCareful && count >= REFUSALS_UNTIL_REPLACED) {
    const row = { boot, firstSeq, seq: oldest.upTo };
    return { effects: [{ kind: 'explain', ...row, why: 'refused' }], refusals: 0, isCareful };
  }
  return { effects: [], refusals: count, isCareful };
}
